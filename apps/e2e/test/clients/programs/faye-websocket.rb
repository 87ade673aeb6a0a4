require 'eventmachine'
require 'faye/websocket'
require 'json'

URL, CHANNEL, GREETING = ARGV
$stdout.sync = true
$cursor = nil

def connect
  after = $cursor && "&after=#{$cursor}"
  socket = Faye::WebSocket::Client.new("#{URL.sub('http', 'ws')}/ws?channel=#{CHANNEL}#{after}")

  socket.on :message do |event|
    frame = JSON.parse(event.data)
    case frame['type']
    when 'ack' then puts JSON.generate('published' => frame['id'])
    when 'reset' then puts %({"reset":#{event.data}})
    when 'message'
      $cursor = frame['cursor'] || frame['id']
      puts %({"message":#{event.data},"cursor":"#{$cursor}"})
    when 'subscribed'
      if $cursor.nil?
        $cursor = frame['cursor']
        puts '{"subscribed":true}'
        socket.send(JSON.generate('type' => 'publish', 'channel' => CHANNEL, 'data' => GREETING))
      end
    end
  end
  socket.on(:close) { EM.add_timer(0.02) { connect } }
end

EM.run { connect }
