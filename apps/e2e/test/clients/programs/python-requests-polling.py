import time

import requests
from report import channel, greeting, report_polled, report_published, report_subscribed, url

cursor = report_polled(requests.get(f"{url}/polling", params={"channel": channel}).json())
report_subscribed()
answer = requests.post(f"{url}/polling", json={"channel": channel, "data": greeting})
report_published(answer.json()["id"])
while True:
    try:
        params = {"channel": channel, "after": cursor, "wait": 25}
        cursor = report_polled(requests.get(f"{url}/polling", params=params).json())
    except requests.RequestException:
        time.sleep(0.02)
