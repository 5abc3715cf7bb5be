"""An ordinary pipecat pipeline, for comparison: the same Whisper and Piper weights, its own defaults, one fixed answer.

    python pipecat_agent.py PORT WHISPER_DIR PIPER_DIR VOICE

Silero and smart-turn as pipecat ships and configures them, its Whisper and Piper services, websocket in and out with plain PCM16.
It understands nothing, recommends nothing and words nothing: whatever is said, it speaks one sentence. Runs in an environment of
its own (see README.md); nothing of shoptalk is imported here.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import Frame, InputAudioRawFrame, OutputAudioRawFrame, TTSSpeakFrame, UserStoppedSpeakingFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.serializers.base_serializer import FrameSerializer
from pipecat.services.piper.tts import PiperTTSService
from pipecat.services.whisper.stt import WhisperSTTService
from pipecat.transports.websocket.server import SingleClientWebsocketServerParams, SingleClientWebsocketServerTransport
from pipecat.turns.user_turn_processor import UserTurnProcessor
from pipecat.workers.runner import WorkerRunner

RATE_HZ = 16_000
ANSWER = "I found two that fit. The first one is forty dollars."


class PlainPcm(FrameSerializer):
    """Binary messages are mono PCM16 at 16 kHz, both ways."""

    async def serialize(self, frame: Frame) -> str | bytes | None:
        return frame.audio if isinstance(frame, OutputAudioRawFrame) else None

    async def deserialize(self, data: str | bytes) -> Frame | None:
        return InputAudioRawFrame(audio=data, sample_rate=RATE_HZ, num_channels=1) if isinstance(data, bytes) else None


class FixedAnswer(FrameProcessor):
    """Answers every turn that has ended with the same sentence."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        if isinstance(frame, UserStoppedSpeakingFrame) and direction == FrameDirection.DOWNSTREAM:
            await self.push_frame(TTSSpeakFrame(ANSWER))


async def main(port: int, whisper: Path, piper: Path, voice: str) -> None:
    transport = SingleClientWebsocketServerTransport(
        SingleClientWebsocketServerParams(
            audio_in_enabled=True, audio_out_enabled=True, audio_in_sample_rate=RATE_HZ, audio_out_sample_rate=RATE_HZ,
            serializer=PlainPcm(),
        ),
        host="127.0.0.1", port=port,
    )
    hearing = WhisperSTTService(device="cpu", compute_type="int8", settings=WhisperSTTService.Settings(model=str(whisper)))
    speaking = PiperTTSService(download_dir=piper, settings=PiperTTSService.Settings(voice=voice))
    pipeline = Pipeline([
        transport.input(), VADProcessor(vad_analyzer=SileroVADAnalyzer()), hearing, UserTurnProcessor(), FixedAnswer(), speaking,
        transport.output(),
    ])
    rates = PipelineParams(audio_in_sample_rate=RATE_HZ, audio_out_sample_rate=RATE_HZ)
    worker = PipelineWorker(pipeline, params=rates, cancel_on_idle_timeout=False)
    runner = WorkerRunner(handle_sigterm=True)
    await runner.add_workers(worker)
    await runner.run()


if __name__ == "__main__":
    logger.remove()
    logger.add(sys.stderr, level="WARNING")
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]))
