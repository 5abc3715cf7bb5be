"""Talk to a shop with the official OpenAI client; only the address is another.

    python examples/python_openai.py http://127.0.0.1:8765/v1 question.wav cheaper.wav

Each recording (16 kHz mono WAV) is spoken as one turn. The replies are written beside it as reply-1.wav, reply-2.wav, ...
"""

import asyncio
import base64
import os
import sys
import wave

import numpy as np
from openai import AsyncOpenAI

RATE = 24_000   # the protocol's PCM16


def read(path: str) -> bytes:
    with wave.open(path) as recording:
        pcm = np.frombuffer(recording.readframes(recording.getnframes()), dtype="<i2")
        length = len(pcm) * RATE // recording.getframerate()
    return np.interp(np.linspace(0, len(pcm), length, endpoint=False), np.arange(len(pcm)), pcm).astype("<i2").tobytes()


async def main(address: str, recordings: list[str]) -> None:
    client = AsyncOpenAI(base_url=address, api_key=os.environ.get("SHOPTALK_TOKEN", "none"))
    async with client.realtime.connect(model="shoptalk") as line:
        for number, path in enumerate(recordings, 1):
            # An open microphone never stops: the quiet after the words is what ends the turn.
            sound = read(path) + bytes(2 * RATE * 2)
            for at in range(0, len(sound), RATE // 5):
                await line.input_audio_buffer.append(audio=base64.b64encode(sound[at : at + RATE // 5]).decode())
            reply = b""
            async for event in line:
                if event.type == "conversation.item.input_audio_transcription.completed":
                    print(f"you:  {event.transcript}")
                elif event.type == "response.output_audio.delta":
                    reply += base64.b64decode(event.delta)
                elif event.type == "response.output_audio_transcript.done":
                    print(f"shop: {event.transcript}")
                    spoken = event.item_id
                elif event.type == "error":
                    print(f"error: {event.error.message}")
                elif event.type == "response.done":
                    break
            with wave.open(f"reply-{number}.wav", "wb") as out:
                out.setparams((1, 2, RATE, 0, "NONE", ""))
                out.writeframes(reply)
            # A loudspeaker would still be playing; here all of it counts as heard at once.
            await line.conversation.item.truncate(item_id=spoken, content_index=0, audio_end_ms=len(reply) // 2 * 1000 // RATE)


asyncio.run(main(sys.argv[1], sys.argv[2:]))
