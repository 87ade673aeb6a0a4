import asyncio

import aiohttp
from report import Frames


async def main():
    frames = Frames()
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.ws_connect(frames.url()) as socket:
                    async for message in socket:
                        await frames.take(message.data, socket.send_str)
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.02)


asyncio.run(main())
