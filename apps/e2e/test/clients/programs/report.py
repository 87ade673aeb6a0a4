"""The arguments of a program, and how it reports what it received."""

import json
import sys

url, channel, greeting = sys.argv[1:4]


def write(line):
    print(line, flush=True)


def report_subscribed():
    write('{"subscribed":true}')


def report_published(message_id):
    write(json.dumps({"published": message_id}))


def report_message(text, cursor):
    """text: the message as JSON"""
    write('{"message":%s,"cursor":%s}' % (text, json.dumps(cursor)))


def report_reset(text):
    write('{"reset":%s}' % text)


def report_polled(answer):
    """Reports the answer to a poll; returns the cursor for the next one."""
    if "reset" in answer:
        report_reset(json.dumps(answer["reset"]))
    for message in answer["messages"]:
        report_message(json.dumps(message), message.get("cursor", message["id"]))
    return answer["cursor"]


class Frames:
    """Takes the frames of a WebSocket; `cursor` is from where the next one goes on."""

    cursor = None

    def url(self):
        after = "" if self.cursor is None else f"&after={self.cursor}"
        return f"{url.replace('http', 'ws')}/ws?channel={channel}{after}"

    async def take(self, text, send):
        frame = json.loads(text)
        if frame["type"] == "ack":
            report_published(frame["id"])
        elif frame["type"] == "reset":
            report_reset(text)
        elif frame["type"] == "message":
            self.cursor = frame.get("cursor", frame["id"])
            report_message(text, self.cursor)
        elif frame["type"] == "subscribed" and self.cursor is None:
            self.cursor = frame["cursor"]
            report_subscribed()
            await send(json.dumps({"type": "publish", "channel": channel, "data": greeting}))


class Lines:
    """Takes the lines of an event stream; `cursor` is the id of the last block."""

    cursor = None

    def __init__(self):
        self.start_over()

    def start_over(self):
        self.event, self.data = "message", []

    def headers(self):
        return {} if self.cursor is None else {"Last-Event-ID": self.cursor}

    def take(self, line):
        field, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if field == "id":
            self.cursor = value
        elif field == "event":
            self.event = value
        elif field == "data":
            self.data.append(value)
        elif line == "":
            if self.data:
                report = report_reset if self.event == "tetracast:reset" else self.report_message
                report("\n".join(self.data))
            self.start_over()

    def report_message(self, text):
        report_message(text, self.cursor)
