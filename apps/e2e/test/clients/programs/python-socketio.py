import asyncio
import json

import socketio
from report import channel, greeting, report_message, report_published, report_reset, report_subscribed, url

client = socketio.AsyncClient(reconnection_delay=0.02, reconnection_delay_max=0.1)
after = None


def auth():
    """Asked for each connection: this client has no recovery of its own, so it says from where to go on."""
    return {"channels": [channel], **({} if after is None else {"after": after})}


@client.on("message")
def on_message(data, info, cursor):
    global after
    after = cursor
    report_message(json.dumps({**info, "data": data}), cursor)


@client.on("tetracast:reset")
def on_reset(reset, cursor):
    report_reset(json.dumps(reset))


@client.on("tetracast:ready")
async def on_ready(ready, cursor):
    global after
    if after is None:
        after = cursor
        report_subscribed()
        answer = await client.call("publish", {"channel": channel, "data": greeting})
        report_published(answer["id"])


async def main():
    await client.connect(url, auth=auth, wait=False)
    await asyncio.Event().wait()


asyncio.run(main())
