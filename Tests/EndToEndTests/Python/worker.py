"""A worker that runs nothing: it says hello, claims, reports a success, and waits to be told to cancel.

Usage: worker.py WS_URL TOKEN_FILE. Uses the `websockets` package alone.
"""

import asyncio
import json
import sys
from datetime import datetime, timezone

import websockets

RESOURCES = {"cpu_memory_bytes": 2**30, "cpu_cores": 2, "gpus": []}


def now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + "000Z"


async def main(url, token):
    async with websockets.connect(
        url + "/ws", subprotocols=["banyan.v1"], additional_headers={"Authorization": "Bearer " + token}
    ) as socket:
        assert socket.subprotocol == "banyan.v1"

        async def ask(message):
            await socket.send(json.dumps(message))

        async def expect(kind):
            message = json.loads(await asyncio.wait_for(socket.recv(), 20))
            # Somebody looks at the task: this worker has no figures to tell.
            while message["type"] == "request_usage":
                message = json.loads(await asyncio.wait_for(socket.recv(), 20))
            assert message["type"] == kind, message
            return message

        await ask({"type": "hello", "name": "snake", "instance": "1", "resources": RESOURCES, "version": "0"})
        welcome = await expect("welcome")
        assert len(welcome["worker_id"]) == 24 and welcome["attached"] == []

        for number, last in ((1, False), (2, True)):
            await ask({"type": "claim", "id": number, "resources": RESOURCES, "max": 1, "wait_milliseconds": 15000})
            claimed = await expect("claimed")
            assert claimed["id"] == number
            (task,) = claimed["tasks"]
            await ask({"type": "started", "tasks": [{"task": task["_id"], "token": task["token"], "time_started": now()}]})
            result = {"task": task["_id"], "token": task["token"], "time_terminated": now()}
            if last:
                order = await expect("cancel")
                assert order["tasks"][0]["task"] == task["_id"]
                assert order["tasks"][0]["max_shutdown_time_milliseconds"] > 0
                result |= {"state": "cancelled", "exit_status": "cancelled"}
            else:
                forged = dict(result, token="1-1-AAAA", state="terminated", exit_status="success")
                await ask({"type": "report", "id": "forged", "results": [forged]})
                refused = await expect("reported")
                assert refused["results"][0]["accepted"] is False and refused["results"][0]["code"] == 403
                result |= {"state": "terminated", "exit_status": "success"}
            await ask({"type": "report", "id": "r", "results": [result]})
            reported = await expect("reported")
            assert reported["id"] == "r" and reported["results"][0]["accepted"] is True, reported
            other = dict(result, exit_status="failure (exit 9)", state="terminated")
            await ask({"type": "report", "id": "again", "results": [other]})
            assert (await expect("reported"))["results"][0]["code"] == 409
        await ask({"type": "heartbeat"})
        await expect("heartbeat")


asyncio.run(main(sys.argv[1], open(sys.argv[2]).read().strip()))
