import asyncio

import websockets
from report import Frames


async def main():
    frames = Frames()
    while True:
        try:
            async with websockets.connect(frames.url()) as socket:
                async for text in socket:
                    await frames.take(text, socket.send)
        except (OSError, websockets.WebSocketException, asyncio.TimeoutError):
            pass
        await asyncio.sleep(0.02)


asyncio.run(main())
