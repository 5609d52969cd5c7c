#!/usr/bin/perl
# Makes the demo databases from places.csv, beside it:
#
#   demo-city.mmdb       as MaxMind lays out a city database (nested)
#   demo-city-flat.mmdb  the same places, as DB-IP's are laid out (flat)
#   demo-asn.mmdb        as MaxMind lays out an AS database
#   demo-asn.csv         the same, as ranges: start,end,asn,name
#
#   make-demo-mmdb.pl [FOLDER [PLACES]]   writes them elsewhere, from others
#
# Needs libmaxmind-db-writer-perl. The same places.csv gives the same bytes:
# the time of building is fixed below (the writer has no public way to say
# it), and the writer sorts the keys of maps.
use strict;
use warnings;
use File::Basename qw(dirname);
use MaxMind::DB::Writer::Tree;
use Socket qw(AF_INET AF_INET6 inet_pton inet_ntop);

my $built = 1767225600; # 2026-01-01
my $here = dirname(__FILE__);
my $to = shift // $here;

my %types = (
	accuracy_radius => 'uint16',
	autonomous_system_number => 'uint32',
	autonomous_system_organization => 'utf8_string',
	city => 'map',
	code => 'utf8_string',
	continent => 'map',
	country => 'map',
	en => 'utf8_string',
	iso_code => 'utf8_string',
	latitude => 'double',
	location => 'map',
	longitude => 'double',
	names => 'map',
);
my %flat_types = (
	city => 'utf8_string',
	country_code => 'utf8_string',
	latitude => 'float',
	longitude => 'float',
	postcode => 'utf8_string',
	state1 => 'utf8_string',
	state2 => 'utf8_string',
	timezone => 'utf8_string',
);
my %continents = (
	AE => 'AS', AR => 'SA', AU => 'OC', BD => 'AS', BR => 'SA',
	CA => 'NA', CL => 'SA', CN => 'AS', CO => 'SA', DE => 'EU',
	EG => 'AF', ES => 'EU', GB => 'EU', GR => 'EU', HK => 'AS',
	ID => 'AS', IE => 'EU', IL => 'AS', IN => 'AS', IR => 'AS',
	IT => 'EU', JP => 'AS', KE => 'AF', KR => 'AS', KZ => 'AS',
	MX => 'NA', NG => 'AF', NL => 'EU', NZ => 'OC', PK => 'AS',
	PL => 'EU', RU => 'EU', SE => 'EU', SG => 'AS', TH => 'AS',
	TR => 'AS', TW => 'AS', UA => 'EU', US => 'NA', VN => 'AS',
	ZA => 'AF',
);

my @places = places(shift // "$here/places.csv");
tree('City', \%types, \&city, "$to/demo-city.mmdb");
tree('City-Flat', \%flat_types, \&city_flat, "$to/demo-city-flat.mmdb");
tree('ASN', \%types, \&asn, "$to/demo-asn.mmdb");
ranges("$to/demo-asn.csv");

sub places {
	my ($path) = @_;
	open my $file, '<:encoding(UTF-8)', $path or die "$path: $!\n";
	chomp(my @names = split /,/, scalar <$file>);
	my @rows;
	while (my $line = <$file>) {
		chomp $line;
		my @fields = map { s/^"|"$//gr }
		    $line =~ /("[^"]*"|[^,]+)(?:,|$)/g;
		@fields == @names or die "$path:$.: expected "
		    . scalar(@names) . " fields\n";
		my %row;
		@row{@names} = @fields;
		push @rows, \%row;
	}
	return @rows;
}

sub tree {
	my ($kind, $types, $record, $path) = @_;
	my $tree = MaxMind::DB::Writer::Tree->new(
		ip_version => 6,
		record_size => 24,
		database_type => "flowscan-demo-$kind",
		languages => ['en'],
		description => { en => 'Documentation addresses, in places' },
		map_key_type_callback => sub { $types->{ $_[0] } },
		# Documentation addresses are reserved.
		remove_reserved_networks => 0,
	);
	$tree->_set_build_epoch($built);
	$tree->insert_network($_->{prefix}, $record->($_)) for @places;
	open my $file, '>:raw', $path or die "$path: $!\n";
	$tree->write_tree($file);
	close $file or die "$path: $!\n";
}

sub city {
	my ($place) = @_;
	return {
		city => { names => { en => $place->{city} } },
		continent => { code => $continents{ $place->{country} } },
		country => { iso_code => $place->{country} },
		location => {
			accuracy_radius => $place->{radius},
			latitude => $place->{lat},
			longitude => $place->{lon},
		},
	};
}

sub city_flat {
	my ($place) = @_;
	return {
		city => $place->{city},
		country_code => $place->{country},
		latitude => $place->{lat},
		longitude => $place->{lon},
		postcode => '',
		state1 => '',
		state2 => '',
		timezone => '',
	};
}

sub asn {
	my ($place) = @_;
	return {
		autonomous_system_number => $place->{asn},
		autonomous_system_organization => $place->{as_name},
	};
}

sub ranges {
	my ($path) = @_;
	open my $file, '>', $path or die "$path: $!\n";
	# As published: IPv4, then IPv6, each in order.
	my @sorted = sort {
		length $a->{first} <=> length $b->{first}
		    || $a->{first} cmp $b->{first}
	} map { { %$_, first => first($_->{prefix}) } } @places;
	for my $place (@sorted) {
		my ($start, $end) = range($place->{prefix});
		my $name = $place->{as_name};
		$name = "\"$name\"" if $name =~ /,/;
		print $file "$start,$end,$place->{asn},$name\n";
	}
	close $file or die "$path: $!\n";
}

# The first address of a prefix, as bytes.
sub first {
	my ($address) = split m{/}, $_[0];
	return inet_pton($address =~ /:/ ? AF_INET6 : AF_INET, $address);
}

sub range {
	my ($address, $bits) = split m{/}, $_[0];
	my $last = unpack 'B*', first($_[0]);
	substr($last, $bits) = '1' x (length($last) - $bits);
	my $family = length $last == 32 ? AF_INET : AF_INET6;
	return ($address, inet_ntop($family, pack 'B*', $last));
}
