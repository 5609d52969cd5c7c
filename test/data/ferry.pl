#!/usr/bin/perl
# Writes ferry.pcap, the capture of docs/writing-rules.md, to standard output.
#
# 'ferry' is a tunnel over UDP that does not exist: it was made up for the
# tutorial, so that there is a protocol without a rule. Every datagram is
#
#   0     0xc7
#   1     type: 1 request, 2 answer, 3 data
#   2..3  length of the whole datagram
#   4..11 the session's number, which the client chose
#   12..  what looks random
#
# Three clients speak it. Beside it stand a DNS query and a program that also
# begins with c7 01, but is no ferry.
#
# usage: perl test/data/ferry.pl >test/data/ferry.pcap
#        perl test/data/ferry.pl talk      speaks it once, over the loopback
use strict;
use warnings;
use IO::Socket::INET;

my $state = 1;
my @frames;

sub noise {
	my ($size) = @_;

	# Numerical Recipes' generator: the same bytes on any machine.
	return join '', map {
		$state = ($state * 1664525 + 1013904223) & 0xffffffff;
		chr($state >> 24);
	} 1 .. $size;
}

sub checksum {
	my ($bytes) = @_;
	my $sum = 0;

	$sum += $_ for unpack 'n*', $bytes;
	$sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
	return ~$sum & 0xffff;
}

# One UDP datagram in IPv4 in Ethernet; the times are in ms.
sub datagram {
	my ($at, $from, $to, $payload) = @_;
	my ($source, $source_port) = split /:/, $from;
	my ($target, $target_port) = split /:/, $to;
	my @addresses = map { pack 'C4', split /\./ } $source, $target;
	my $size = 28 + length $payload;
	my @fields = (0x45, 0, $size, 0, 0x4000, 61, 17);
	my $header = pack 'CCnnnCCna4a4', @fields, 0, @addresses;

	$header = pack 'CCnnnCCna4a4', @fields, checksum($header), @addresses;
	push @frames, [ $at, pack('H24n', '020000000001020000000002', 0x0800) .
	    $header . pack('nnnn', $source_port, $target_port,
		8 + length $payload, 0) . $payload ];
}

sub message {
	my ($type, $session, $size) = @_;

	return pack('CCn', 0xc7, $type, $size) . $session . noise($size - 12);
}

# Client and server in one.
sub talk {
	my %local = (Proto => 'udp', LocalAddr => '127.0.0.1');
	my $server = IO::Socket::INET->new(%local) or die "no socket: $!\n";
	my $client = IO::Socket::INET->new(%local, PeerAddr => '127.0.0.1',
	    PeerPort => $server->sockport) or die "no socket: $!\n";
	my $session = noise(8);

	for my $turn ([1, 52, 2, 28], [3, 92, 3, 184], [3, 140, 3, 280]) {
		my ($asks, $asked, $answers, $answered) = @$turn;
		$client->send(message($asks, $session, $asked));
		$server->recv(my $request, 1500);
		$server->send(message($answers, $session, $answered));
		$client->recv(my $answer, 1500);
	}
}

sub ferry {
	my ($at, $client, $server, $hello, @sizes) = @_;
	my $session = noise(8);

	datagram($at, $client, $server, message(1, $session, $hello));
	datagram($at + 38, $server, $client, message(2, $session, 28));
	$at += 40;
	for my $size (@sizes) {
		datagram($at, $client, $server, message(3, $session, $size));
		datagram($at + 39, $server, $client,
		    message(3, $session, 2 * $size));
		$at += 55;
	}
}

if (($ARGV[0] // '') eq 'talk') {
	talk();
	exit;
}

ferry(0, '192.0.2.10:40001', '198.51.100.7:7000', 60, 92, 140, 76);
ferry(900, '192.0.2.11:51344', '198.51.100.7:9700', 44, 108, 300);
ferry(1500, '192.0.2.12:38210', '203.0.113.80:443', 76, 92, 92, 204, 76);

# DNS: A of api.example.com
my $question = "\3api\7example\3com\0" . pack 'nn', 1, 1;
datagram(700, '192.0.2.10:53120', '198.51.100.53:53',
    pack('n6', 0x1d2a, 0x0100, 1, 0, 0, 0) . $question);
datagram(712, '198.51.100.53:53', '192.0.2.10:53120',
    pack('n6', 0x1d2a, 0x8180, 1, 1, 0, 0) . $question .
    pack('nnnNnC4', 0xc00c, 1, 1, 300, 4, 203, 0, 113, 10));

# Somebody's game: begins with c7 01 by chance.
for my $turn (0 .. 5) {
	datagram(2000 + 50 * $turn, '192.0.2.13:27005', '203.0.113.90:27015',
	    pack('CCn', 0xc7, 1, $turn) . noise(31 + $turn));
	datagram(2030 + 50 * $turn, '203.0.113.90:27015', '192.0.2.13:27005',
	    pack('CCn', 0x2e, 4, $turn) . noise(120));
}

binmode STDOUT;
print pack 'VvvVVVV', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1;
for my $frame (sort { $a->[0] <=> $b->[0] } @frames) {
	my ($at, $bytes) = @$frame;
	print pack('VVVV', 1795392000 + int($at / 1000), $at % 1000 * 1000,
	    (length $bytes) x 2), $bytes;
}
