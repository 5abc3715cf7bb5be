"""The shop's own protocol, with nothing but a websocket: send PCM, play PCM (docs/protocol.md).

    python examples/voice_client.py ws://127.0.0.1:8765/v1/voice question.wav reply.wav
"""

import asyncio
import json
import sys
import wave

from websockets.asyncio.client import connect

RATE = 16_000


async def main(address: str, question: str, answer: str) -> None:
    with wave.open(question) as recording:   # 16 kHz mono
        sound = recording.readframes(recording.getnframes()) + bytes(2 * RATE * 2)   # quiet ends the turn
    reply = b""
    async with connect(address) as line:
        await line.send(json.dumps({"type": "start", "sample_rate": RATE, "lead_ms": 60_000}))
        for at in range(0, len(sound), RATE // 10):
            await line.send(sound[at : at + RATE // 10])
        async for message in line:
            if isinstance(message, bytes):
                reply += message
                continue
            said = json.loads(message)
            if said["type"] == "transcript" and said["role"] == "user" and said["final"]:
                print(f"you:  {said['text']}")
            elif said["type"] == "reply":
                print(f"shop: {said['text']}")
            elif said["type"] in ("turn", "error"):
                break
    with wave.open(answer, "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(reply)


asyncio.run(main(*sys.argv[1:]))
