//! A recording as a WAV file, opened and decoded piece by piece.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use media::Law;
use media::recording::{CHUNK_MS, Chunk, WAV_HEADER_BYTES, WavFormat, WavWriter};
use model::{InstanceId, Recording, RecordingId, RecordingState};
use seal::{Context, DataKey, StreamEnd, StreamOpener};
use zeroize::Zeroizing;

use crate::error::AppError;
use crate::ports::recordings::Recordings;

/// Sealed bytes that are read at once: about eight chunks.
const READ_BYTES: usize = 64 * 1024;
/// Bytes of the file for each millisecond: eight samples of two channels, 16 bits each.
const BYTES_PER_MS: u64 = 32;

/// The chunks of a recording, authentic and in order. What lies behind the first error is not given.
pub(super) struct Chunks {
    files: Arc<dyn Recordings>,
    instance: InstanceId,
    id: RecordingId,
    opener: Option<StreamOpener<Arc<DataKey>, Context>>,
    offset: u64,
    opened: VecDeque<Zeroizing<Vec<u8>>>,
    end: Option<StreamEnd>,
}

impl Chunks {
    pub(super) fn new(
        files: Arc<dyn Recordings>,
        instance: InstanceId,
        id: RecordingId,
        opener: StreamOpener<Arc<DataKey>, Context>,
    ) -> Self {
        Self {
            files,
            instance,
            id,
            opener: Some(opener),
            offset: 0,
            opened: VecDeque::new(),
            end: None,
        }
    }

    /// The next chunk; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Chunk>, AppError> {
        loop {
            if let Some(clear) = self.opened.pop_front() {
                // The last one only carries the end.
                if clear.is_empty() {
                    continue;
                }
                return Chunk::parse(&clear)
                    .map(Some)
                    .map_err(|_| self.damaged("a chunk has another format"));
            }
            if !self.read_on().await? {
                return Ok(None);
            }
        }
    }

    /// How the stream ended; none before the end.
    pub(super) const fn end(&self) -> Option<StreamEnd> {
        self.end
    }

    /// Opens some more; `false` at the end.
    async fn read_on(&mut self) -> Result<bool, AppError> {
        let Some(mut opener) = self.opener.take() else {
            return Ok(false);
        };
        let sealed = self
            .files
            .read(self.instance, self.id, self.offset, READ_BYTES)
            .await
            .map_err(crate::app::unavailable)?
            .ok_or(AppError::NotFound { what: "recording" })?;
        if sealed.is_empty() {
            let end = opener.finish().map_err(|_| self.damaged("its end"))?;
            self.end = Some(end);
            return Ok(false);
        }
        self.offset += sealed.len() as u64;
        let mut chunks = Vec::new();
        let pushed = opener.push(&sealed, &mut chunks);
        self.opened.extend(chunks);
        match pushed {
            Ok(()) => self.opener = Some(opener),
            // Chunks before the damage are given first.
            Err(_) if !self.opened.is_empty() => {
                self.damaged("a chunk");
                self.opener = Some(opener);
            }
            Err(_) => return Err(self.damaged("a chunk")),
        }
        Ok(true)
    }

    fn damaged(&self, what: &'static str) -> AppError {
        tracing::error!(
            recording.id = %self.id,
            what,
            "a recording does not open: it was altered or belongs elsewhere"
        );
        AppError::Internal
    }
}

/// A recording as a stereo WAV file of 16 bits: the customer on the left, agent or system on the right.
/// Neither the file nor the sealed one is ever in memory as a whole.
pub struct Playback {
    recording: Recording,
    chunks: Chunks,
    writer: WavWriter,
    /// What of the file is still to be given.
    wanted: Range<u64>,
    /// How much of the file was passed, given or not.
    passed: u64,
    header: Option<Vec<u8>>,
    /// Milliseconds of audio that were passed.
    at_ms: u64,
    /// A chunk before which audio is missing.
    ahead: Option<Chunk>,
}

impl Playback {
    pub(super) fn new(recording: Recording, chunks: Chunks) -> Result<Self, AppError> {
        let writer = WavWriter::new(WavFormat::Pcm16, recording.length_ms)
            .map_err(|_| AppError::Internal)?;
        Ok(Self {
            recording,
            chunks,
            wanted: 0..writer.file_bytes(),
            passed: 0,
            header: Some(writer.header()),
            writer,
            at_ms: 0,
            ahead: None,
        })
    }

    /// Length of the whole file.
    pub fn file_bytes(&self) -> u64 {
        self.writer.file_bytes()
    }

    /// What is recorded.
    pub const fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Gives these bytes of the file alone, as far as it has them.
    pub fn only(&mut self, bytes: Range<u64>) {
        let end = bytes.end.min(self.file_bytes());
        self.wanted = bytes.start.min(end)..end;
    }

    /// The next piece; none when all was given.
    ///
    /// # Errors
    /// `Internal` where the recording was altered, cut or exchanged: nothing that is not authentic is given.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, AppError> {
        while self.passed < self.wanted.end {
            if let Some(header) = self.header.take()
                && let Some(piece) = self.pass(WAV_HEADER_BYTES as u64, |_| header)
            {
                return Ok(Some(piece));
            }
            if self.passed >= self.wanted.end {
                break;
            }
            let chunk = self.next_chunk().await?;
            let bytes = u64::from(chunk.duration_ms()) * BYTES_PER_MS;
            self.at_ms += u64::from(chunk.duration_ms());
            if let Some(piece) = self.pass(bytes, |writer| writer.audio(&chunk)) {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }

    /// The next stretch of the time line: a chunk, or silence where one is missing.
    async fn next_chunk(&mut self) -> Result<Chunk, AppError> {
        let chunk = match self.ahead.take() {
            Some(chunk) => chunk,
            None => match self.chunks.next().await? {
                Some(chunk) => chunk,
                None => return Err(self.chunks.damaged("its length")),
            },
        };
        let start_ms = u64::from(chunk.start_ms);
        let end_ms = start_ms + u64::from(chunk.duration_ms());
        if start_ms < self.at_ms || end_ms > self.recording.length_ms {
            return Err(self.chunks.damaged("the place of a chunk"));
        }
        if end_ms == self.recording.length_ms {
            self.check_end().await?;
        }
        if start_ms > self.at_ms {
            let missing = silence(self.at_ms, start_ms);
            self.ahead = Some(chunk);
            return Ok(missing);
        }
        Ok(chunk)
    }

    /// What is said to be complete must have its authenticated end before its last audio is given.
    async fn check_end(&mut self) -> Result<(), AppError> {
        if self.chunks.end().is_none() && self.chunks.next().await?.is_some() {
            return Err(self.chunks.damaged("what follows its end"));
        }
        let complete = self.chunks.end() == Some(StreamEnd::Complete);
        if self.recording.state == RecordingState::Complete && !complete {
            return Err(self.chunks.damaged("its end is missing"));
        }
        Ok(())
    }

    /// Passes so many bytes; gives those of them that are wanted, made only where there are some.
    fn pass(&mut self, bytes: u64, make: impl FnOnce(WavWriter) -> Vec<u8>) -> Option<Vec<u8>> {
        let start = self.passed;
        self.passed += bytes;
        let from = self.wanted.start.max(start);
        let to = self.wanted.end.min(self.passed);
        if from >= to {
            return None;
        }
        let mut piece = make(self.writer);
        let index = |place: u64| usize::try_from(place - start).unwrap_or(usize::MAX);
        piece.truncate(index(to));
        piece.drain(..index(from).min(piece.len()));
        Some(piece)
    }
}

/// Length of the file of a recording; 0 where there can be none.
pub(super) fn file_bytes(recording: &Recording) -> u64 {
    WavWriter::new(WavFormat::Pcm16, recording.length_ms).map_or(0, |writer| writer.file_bytes())
}

/// Silence from here on, at most as long as a chunk and up to there.
pub(super) fn silence(from_ms: u64, to_ms: u64) -> Chunk {
    let law = Law::Mu;
    let ms = (to_ms - from_ms).min(u64::from(CHUNK_MS));
    Chunk {
        index: 0,
        start_ms: u32::try_from(from_ms).unwrap_or(u32::MAX),
        law,
        marks: Vec::new(),
        samples: vec![law.silence(); usize::try_from(ms).unwrap_or(0) * 16],
    }
}
