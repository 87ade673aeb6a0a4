import asyncio

import aiohttp
from report import Lines, channel, greeting, report_published, report_subscribed, url


async def main():
    lines = Lines()
    forever = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(timeout=forever) as session:
        greeted = False
        while True:
            lines.start_over()
            try:
                async with session.get(f"{url}/sse?channel={channel}", headers=lines.headers()) as stream:
                    if not greeted:
                        greeted = True
                        report_subscribed()
                        publication = {"channel": channel, "data": greeting}
                        async with session.post(f"{url}/sse", json=publication) as answer:
                            report_published((await answer.json())["id"])
                    async for line in stream.content:
                        lines.take(line.decode().rstrip("\n"))
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.02)


asyncio.run(main())
