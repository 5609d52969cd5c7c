#!/usr/bin/perl
# Works on the lab's captures (pcap with microseconds, Ethernet, of this
# machine's byte order):
#
#   pcap.pl merge OUT IN...      all packets in order of time
#   pcap.pl check LABELS IN TAP  is it what the labels say? prints one line a
#                                label, and ends with 1 when something is off
use strict;
use warnings;

# RFC 5737, RFC 3849
my $documentation = qr/^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.|^2001:db8:/;
my $frame_max = 1514;
my $tolerance_ms = 1;
my $tolerance_vpn_ms = 2; # Packets pass two more programs.
my $handshakes_min = 4;

my $command = shift // '';
if ($command eq 'merge' && @ARGV >= 2) {
	merge(@ARGV);
} elsif ($command eq 'check' && @ARGV == 3) {
	exit(check(@ARGV) ? 0 : 1);
} else {
	die "usage: pcap.pl merge OUT IN... | check LABELS IN TAP\n";
}

# Returns the file's header and its packets as [time in us, header, bytes].
sub packets {
	my ($path) = @_;
	open my $file, '<:raw', $path or die "$path: $!\n";
	read($file, my $head, 24) == 24 or die "$path: no pcap file\n";
	my ($magic, $link) = unpack 'Lx16L', $head;
	$magic == 0xa1b2c3d4 && $link == 1
	    or die "$path: no pcap file with microseconds and Ethernet\n";
	my @packets;
	while (read($file, my $record, 16) == 16) {
		my ($seconds, $micros, $size) = unpack 'L3', $record;
		read($file, my $bytes, $size) == $size
		    or die "$path: ends within a packet\n";
		push @packets, [ $seconds * 1e6 + $micros, $record, $bytes ];
	}
	return $head, \@packets;
}

sub merge {
	my ($out, @in) = @_;
	my ($head, @all);
	for my $path (@in) {
		($head, my $packets) = packets($path);
		push @all, @$packets;
	}
	open my $file, '>:raw', $out or die "$out: $!\n";
	print $file $head;
	print $file $_->[1], $_->[2] for sort { $a->[0] <=> $b->[0] } @all;
	close $file or die "$out: $!\n";
}

sub labels {
	my ($path, $tap) = @_;
	open my $file, '<', $path or die "$path: $!\n";
	chomp(my @names = split /,/, scalar <$file>);
	$names[-1] =~ s/\s+$//;
	my @labels;
	while (my $line = <$file>) {
		chomp $line;
		my %label;
		@label{@names} = split /,/, $line;
		push @labels, \%label if $label{tap} eq $tap;
	}
	return @labels;
}

# Returns protocol, source, destination and what follows the IP header.
sub ip {
	my ($frame) = @_;
	my $type = unpack 'x12n', $frame;
	if ($type == 0x0800) {
		my ($first, $size, $proto) = unpack 'x14Cx1nx5C', $frame;
		my $head = ($first & 15) * 4;
		return ($proto, text4(substr $frame, 26, 4),
			text4(substr $frame, 30, 4),
			substr $frame, 14 + $head, $size - $head);
	}
	if ($type == 0x86dd) {
		my ($size, $proto) = unpack 'x18nC', $frame;
		return ($proto, text6(substr $frame, 22, 16),
			text6(substr $frame, 38, 16), substr $frame, 54, $size);
	}
	return;
}

sub text4 {
	return join '.', unpack 'C4', $_[0];
}

sub text6 {
	my $text = join ':', map { sprintf '%x', $_ } unpack 'n8', $_[0];
	$text =~ s/(?:^|:)0(?::0)+(?:$|:)/::/;
	return $text;
}

# What is seen of one flow. Keys of %$flows: "client client-port server
# server-port"; a flow begins with its SYN.
sub tcp {
	my ($flows, $time, $from, $to, $bytes) = @_;
	my ($sport, $dport, $offset, $flags) = unpack 'nnx8CC', $bytes;
	my $up = "$from $sport $to $dport";
	my $down = "$to $dport $from $sport";
	my $data = substr $bytes, ($offset >> 4) * 4;
	if (($flags & 0x12) == 0x02) {
		my $flow = $flows->{$up} //= { syns => 0 };
		$flow->{syn} = $time;
		$flow->{syns}++;
	} elsif (($flags & 0x12) == 0x12 && $flows->{$down}) {
		$flows->{$down}{syn_ack} = $time;
	} elsif (my $flow = $flows->{$up}) {
		$flow->{ack} //= $time;
		$flow->{tls} //= 'http' if $data =~ /^(?:GET|POST) /;
	} elsif ($flow = $flows->{$down}) {
		my $version = tls_version($data);
		$flow->{tls} //= $version if $version;
	}
}

# Returns the version in a ServerHello at the start of 'data'.
sub tls_version {
	my ($data) = @_;
	return unless $data =~ /^\x16\x03.{3}\x02/s && length $data > 44;
	my $at = 44 + ord substr $data, 43, 1;
	my $end = 9 + (unpack('N', "\0" . substr $data, 6, 3));
	$at += 3 + 2;
	while ($at + 4 <= $end && $at + 4 <= length $data) {
		my ($type, $size) = unpack 'nn', substr $data, $at, 4;
		return '1.3' if $type == 43;
		$at += 4 + $size;
	}
	return '1.2';
}

sub check {
	my ($labels_path, $path, $tap) = @_;
	my (undef, $packets) = packets($path);
	my (%flows, %pairs, %wrong);
	my $last = 0;
	for my $packet (@$packets) {
		my ($time, $record, $frame) = @$packet;
		my ($size, $wire) = unpack 'x8LL', $record;
		$wrong{'is cut'}++ if $size != $wire;
		$wrong{"is longer than $frame_max bytes"}++
		    if $wire > $frame_max;
		$wrong{'is out of order'}++ if $time < $last;
		$last = $time;
		my ($proto, $from, $to, $rest) = ip($frame);
		if (!defined $proto || "$from" !~ $documentation
		    || "$to" !~ $documentation) {
			$wrong{'is not between documentation addresses'}++;
			next;
		}
		$pairs{"$from $to"}++;
		tcp(\%flows, $time, $from, $to, $rest) if $proto == 6;
	}
	printf "%s: %d packets, %d connections, %.0f s\n", $path,
	    scalar @$packets, scalar keys %flows,
	    ($last - $packets->[0][0]) / 1e6;
	for my $label (labels($labels_path, $tap)) {
		check_label($label, $tap, \%flows, \%pairs, \%wrong);
	}
	for my $pair (keys %pairs) {
		$wrong{"belongs to no label ($pair)"} += $pairs{$pair};
	}
	print "$path: a packet $_ ($wrong{$_} times)\n" for sort keys %wrong;
	return !%wrong;
}

# Checks the round trips of a label's handshakes, and takes what it explains
# out of %$pairs.
sub check_label {
	my ($label, $tap, $flows, $pairs, $wrong) = @_;
	my ($client, $peer) = @$label{qw(client peer)};
	my $packets = (delete $pairs->{"$client $peer"} // 0)
	    + (delete $pairs->{"$peer $client"} // 0);
	my (@ms, %tls);
	for my $key (grep { /^\Q$client\E \d+ \Q$peer\E / } keys %$flows) {
		my $flow = $flows->{$key};
		next unless $flow->{ack};
		$tls{ $flow->{tls} // 'other' }++;
		next if $flow->{syns} != 1;
		push @ms, ($tap eq 'api' ? $flow->{ack} - $flow->{syn_ack}
			: $flow->{syn_ack} - $flow->{syn}) / 1e3;
	}
	@ms = sort { $a <=> $b } @ms;
	printf "  %-16s %-14s %-6s %-9s %5d packets", $client, $peer,
	    @$label{qw(class protocol)}, $packets;
	printf ", %d connections (%s), round trip %.1f: %.2f .. %.2f ms",
	    scalar @ms, join(', ', map { "$_: $tls{$_}" } sort keys %tls),
	    $label->{rtt_ms}, $ms[0], $ms[-1]
	    if @ms;
	print "\n";
	$wrong->{"was expected of $client, and does not come"}++
	    if $packets == 0 || ($label->{rtt_ms} > 0 && !@ms);
	return unless $label->{rtt_ms} > 0;
	$wrong->{"of $client is one of too few connections"}++
	    if @ms < $handshakes_min;
	return unless @ms;
	# One handshake may have met a moment when the machine stood still.
	my $tolerance = $label->{class} eq 'vpn' ? $tolerance_vpn_ms
	    : $tolerance_ms;
	for my $ms ($ms[0], $ms[ @ms / 2 ], $ms[-2]) {
		$wrong->{sprintf 'of %s shows a round trip of %.2f, not %s ms',
			$client, $ms, $label->{rtt_ms}}++
		    if abs($ms - $label->{rtt_ms}) > $tolerance;
	}
}
