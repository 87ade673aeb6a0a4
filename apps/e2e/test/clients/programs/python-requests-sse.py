import time

import requests
from report import Lines, channel, greeting, report_published, report_subscribed, url

lines = Lines()
greeted = False
while True:
    lines.start_over()
    try:
        with requests.get(f"{url}/sse?channel={channel}", headers=lines.headers(), stream=True) as stream:
            if not greeted:
                greeted = True
                report_subscribed()
                answer = requests.post(f"{url}/sse", data={"channel": channel, "data": greeting})
                report_published(answer.json()["id"])
            for line in stream.iter_lines():
                lines.take(line.decode())
    except requests.RequestException:
        pass
    time.sleep(0.02)
