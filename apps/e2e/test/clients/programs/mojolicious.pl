use Mojo::Base -strict;
use Mojo::IOLoop;
use Mojo::JSON qw(decode_json encode_json);
use Mojo::UserAgent;
use Mojo::Util qw(decode);

my ($url, $channel, $greeting) = map { decode 'UTF-8', $_ } @ARGV;
my $cursor;
my $agent = Mojo::UserAgent->new(inactivity_timeout => 0);
$| = 1;

sub take {
    my ($socket, $bytes) = @_;
    my $frame = decode_json $bytes;
    if    ($frame->{type} eq 'ack')   { say encode_json {published => $frame->{id}} }
    elsif ($frame->{type} eq 'reset') { say qq({"reset":$bytes}) }
    elsif ($frame->{type} eq 'message') {
        $cursor = $frame->{cursor} // $frame->{id};
        say qq({"message":$bytes,"cursor":"$cursor"});
    }
    elsif ($frame->{type} eq 'subscribed' && !defined $cursor) {
        $cursor = $frame->{cursor};
        say '{"subscribed":true}';
        $socket->send({json => {type => 'publish', channel => $channel, data => $greeting}});
    }
}

sub connect_again { Mojo::IOLoop->timer(0.02 => \&open_socket) }

sub open_socket {
    my $after = defined $cursor ? "&after=$cursor" : '';
    $agent->websocket("$url/ws?channel=$channel$after" => sub {
        my ($agent, $socket) = @_;
        return connect_again() unless $socket->is_websocket;
        # As bytes, so that exactly what came is printed.
        $socket->on(text => \&take);
        $socket->on(finish => \&connect_again);
    });
}

open_socket();
Mojo::IOLoop->start;
