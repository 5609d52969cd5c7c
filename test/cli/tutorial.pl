#!/usr/bin/perl
# Follows docs/writing-rules.md: runs the page's commands, one shell for all,
# and compares what they print with what the page shows.
#
# usage: tutorial.pl PAGE [HEADING]     stops before a heading with this text
#
# Runs in the folder it is started in. A block marked 'sh' is run; a block
# marked 'text' is what the one before it prints: '...' is any text, or, alone
# on its line, any lines. A block without one has to end with 0.
use strict;
use warnings;
use File::Temp qw(tempdir);

my ($page, $end) = @ARGV;
my @steps = steps($page, $end);
my $folder = tempdir(CLEANUP => 1);
my $faults = 0;

@steps or die "$page: no command\n";
open(my $script, '>', "$folder/script") or die "$folder/script: $!\n";
print $script "trap 'kill \$(jobs -p) 2>/dev/null' EXIT\n";
for my $n (0 .. $#steps) {
	print $script "{\n$steps[$n]{commands}} >$folder/$n.out 2>&1\n",
	    "echo \$? >$folder/$n.status\n";
}
close($script) or die "$folder/script: $!\n";
system('timeout', '60', 'bash', "$folder/script");
check($_) for 0 .. $#steps;
print scalar(@steps), " steps, $faults faults\n";
exit($faults ? 1 : 0);

# The page's commands, as {line, commands, output}.
sub steps {
	my ($path, $heading) = @_;
	my (@found, $kind);

	open(my $in, '<', $path) or die "$path: $!\n";
	while (my $line = <$in>) {
		if (defined $kind) {
			if ($line eq "```\n") { undef $kind; }
			else { $found[-1]{$kind} .= $line; }
		} elsif ($line =~ /^```sh$/) {
			$kind = 'commands';
			push @found, { line => $., commands => '' };
		} elsif ($line =~ /^```text$/) {
			$kind = 'output';
			@found && !defined $found[-1]{output}
			    or die "$path:$.: output without a command\n";
			$found[-1]{output} = '';
		} elsif ($line =~ /^```/) {
			die "$path:$.: blocks are sh or text\n";
		} elsif (defined $heading && $line =~ /^#.*\Q$heading\E/) {
			return @found;
		}
	}
	die "$path: no heading with '$heading'\n" if defined $heading;
	return @found;
}

sub slurp {
	my ($path) = @_;

	open(my $in, '<', $path) or return '';
	local $/;
	return scalar(<$in>) // '';
}

# Spaces are as wide as the widest value of a column: they are not compared.
sub squeezed {
	my ($text) = @_;

	$text =~ s/[ \t\r]+$//mg;
	return $text =~ s/  +/  /gr;
}

sub pattern {
	my ($shown) = @_;
	my $pattern = '';

	for my $line (split /\n/, squeezed($shown)) {
		if ($line eq '...') { $pattern .= '(?:.*\n)*?'; }
		else {
			$pattern .= join('.*', map { quotemeta }
			    split(/\.\.\./, $line, -1)) . '\n';
		}
	}
	return qr/\A$pattern\z/;
}

sub check {
	my ($n) = @_;
	my $step = $steps[$n];
	my $printed = slurp("$folder/$n.out");
	my $status = slurp("$folder/$n.status");

	chomp $status;
	if ($status eq '') {
		print "$page:$step->{line}: was not run to its end:\n$printed";
	} elsif (!defined $step->{output}) {
		return if $status eq '0';
		print "$page:$step->{line}: ends with $status:\n$printed";
	} else {
		return if squeezed($printed) =~ pattern($step->{output});
		print "$page:$step->{line}: the page shows:\n$step->{output}",
		    "it printed:\n$printed";
	}
	$faults++;
}
