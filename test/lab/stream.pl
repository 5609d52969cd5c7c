#!/usr/bin/perl
# The program behind the API's web server: answers like a language model, at
# once with JSON ("/v1/messages") or piece by piece as server-sent events
# ("/v1/stream?n=PIECES"). Sizes and pauses come from a fixed generator.
use strict;
use warnings;
use IO::Socket::INET;

my $port = shift // 8080;
my $server = IO::Socket::INET->new(
	LocalAddr => '127.0.0.1',
	LocalPort => $port,
	Listen => 64,
	ReuseAddr => 1,
) or die "port $port: $!\n";
my @words = qw(a wire carries what is sent to it and no more than that);
my $served = 0;

$SIG{CHLD} = 'IGNORE';
while (1) {
	my $client = $server->accept or next;
	$served++;
	next if fork;
	srand $served;
	answer($client);
	exit;
}

sub nap {
	select undef, undef, undef, $_[0];
}

sub answer {
	my ($client) = @_;
	my $request = <$client> // return;
	my $size = 0;
	while (my $line = <$client>) {
		$size = $1 if $line =~ /^content-length:\s*(\d+)/i;
		last if $line =~ /^\r?\n$/;
	}
	read $client, my $body, $size if $size;
	$client->autoflush(1);
	if ($request =~ m{/v1/stream(?:\?n=(\d+))?}) {
		stream($client, $1 // 20);
	} else {
		message($client);
	}
}

sub text {
	return join ' ', map { $words[rand @words] } 1 .. 1 + rand $_[0];
}

sub message {
	my ($client) = @_;
	nap(0.15 + rand 0.1);
	my $json = sprintf '{"type": "message", "text": "%s"}', text(120);
	printf $client "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	    . "Content-Length: %d\r\nConnection: close\r\n\r\n%s",
	    length $json, $json;
}

sub stream {
	my ($client, $pieces) = @_;
	print $client "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
	    . "Cache-Control: no-cache\r\nConnection: close\r\n\r\n";
	nap(0.1);
	for my $i (1 .. $pieces) {
		printf $client "event: delta\ndata: {\"index\": %d, "
		    . "\"text\": \"%s\"}\n\n", $i, text(4);
		nap(0.02 + rand 0.04);
	}
	print $client "event: stop\ndata: {}\n\n";
}
