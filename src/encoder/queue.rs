//! A model on threads of its own behind a bounded queue.
//!
//! What waits is shared among the threads and encoded together, up to a batch each; one message alone keeps one thread
//! busy. A long list goes in piece by piece, as many at a time as there are threads, so that a shopper's message never
//! waits for more than the pieces of others that are already in. A full queue is
//! [`EncodeError::Overloaded`] at once; a request whose caller has gone is skipped. Dropping the encoder
//! ends its threads after the batches in hand.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Instant;

use async_trait::async_trait;
use tokio::sync::oneshot;

use super::files::ModelError;
use super::{EncodeError, Encoder, Fingerprint, Vector};

/// A model that encodes a batch, blocking meanwhile; several threads may ask at once.
pub trait BatchModel: Send + Sync + 'static {
    /// How many numbers a vector has.
    fn dimension(&self) -> usize;

    /// Which model this is.
    fn fingerprint(&self) -> Fingerprint;

    /// One vector for each of the texts (at least one), in their order.
    fn encode_batch(&self, texts: &[&str]) -> Result<Vec<Vector>, ModelError>;
}

/// More threads than this are of no use to a shop, and each keeps some memory.
const MOST_THREADS: usize = 8;

/// Bounds of the queue.
#[derive(Debug, Clone)]
pub struct QueueOptions {
    /// Texts that may wait; more are [`EncodeError::Overloaded`].
    pub capacity: usize,
    /// Texts encoded together at most.
    pub batch: usize,
    /// Threads that encode.
    pub threads: usize,
}

impl Default for QueueOptions {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
        Self { capacity: 1024, batch: 32, threads }
    }
}

/// An [`Encoder`] whose model has its own threads.
pub struct QueuedEncoder {
    dimension: usize,
    fingerprint: Fingerprint,
    /// Texts of a long list that go in together, and how many such pieces may be in at once.
    piece: usize,
    pieces: usize,
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
}

/// Texts that wait for the model, and whom to tell.
struct Request {
    texts: Vec<String>,
    reply: oneshot::Sender<Result<Vec<Vector>, EncodeError>>,
}

struct Queue {
    options: QueueOptions,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    requests: VecDeque<Request>,
    texts: usize,
    stopped: bool,
}

impl QueuedEncoder {
    /// Starts the model's threads.
    pub fn start(model: impl BatchModel, options: QueueOptions) -> Self {
        let (dimension, fingerprint) = (model.dimension(), model.fingerprint());
        let threads = options.threads.max(1);
        let piece = options.batch.min(options.capacity).max(1);
        let pieces = (options.capacity / piece).clamp(1, threads);
        let queue = Arc::new(Queue { options, state: Mutex::default(), changed: Condvar::new() });
        let model = Arc::new(model);
        let start = |number: usize| {
            let (queue, model) = (Arc::clone(&queue), Arc::clone(&model));
            let work = move || {
                // Stops the queue also when the model panics: whoever waits is told, not left waiting.
                let _guard = StopOnDrop(&queue);
                run(&*model, &queue);
            };
            let builder = std::thread::Builder::new().name(format!("encoder-{number}"));
            builder.spawn(work).expect("the system starts a thread")
        };
        let threads = (0..threads).map(start).collect();
        Self { dimension, fingerprint, piece, pieces, queue, threads }
    }
}

#[async_trait]
impl Encoder for QueuedEncoder {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    #[tracing::instrument(level = "debug", skip_all, fields(encode.texts = texts.len()))]
    async fn encode(&self, texts: &[String]) -> Result<Vec<Vector>, EncodeError> {
        let began = Instant::now();
        let vectors = self.in_pieces(texts).await?;
        metrics::counter!("xiaoer_encoder_texts_total").increment(texts.len() as u64);
        metrics::histogram!("xiaoer_encode_seconds").record(began.elapsed().as_secs_f64());
        Ok(vectors)
    }

    fn encode_blocking(&self, texts: &[String]) -> Result<Vec<Vector>, EncodeError> {
        futures::executor::block_on(self.encode(texts))
    }

    fn is_alive(&self) -> bool {
        !self.queue.lock().stopped
    }
}

impl QueuedEncoder {
    async fn in_pieces(&self, texts: &[String]) -> Result<Vec<Vector>, EncodeError> {
        let mut vectors = Vec::with_capacity(texts.len());
        let mut pieces = texts.chunks(self.piece);
        let mut waiting = VecDeque::with_capacity(self.pieces);
        loop {
            while waiting.len() < self.pieces
                && let Some(piece) = pieces.next()
            {
                waiting.push_back(self.queue.submit(piece)?);
            }
            let Some(reply) = waiting.pop_front() else { return Ok(vectors) };
            vectors.extend(reply.await.unwrap_or(Err(EncodeError::Stopped))?);
        }
    }
}

impl Drop for QueuedEncoder {
    fn drop(&mut self) {
        self.queue.stop();
        for thread in self.threads.drain(..) {
            // A model that panicked has been reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

impl Queue {
    fn submit(
        &self,
        texts: &[String],
    ) -> Result<oneshot::Receiver<Result<Vec<Vector>, EncodeError>>, EncodeError> {
        let mut state = self.lock();
        if state.stopped {
            return Err(EncodeError::Stopped);
        }
        if self.options.capacity < state.texts + texts.len() {
            return Err(EncodeError::Overloaded);
        }
        let (reply, receiver) = oneshot::channel();
        state.texts += texts.len();
        state.requests.push_back(Request { texts: texts.to_vec(), reply });
        self.changed.notify_one();
        Ok(receiver)
    }

    /// This thread's share of what waits, at most one batch, callers that have gone left out; `None` once stopped.
    fn next_batch(&self) -> Option<Vec<Request>> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return None;
            }
            let mut batch: Vec<Request> = Vec::new();
            let mut size = 0;
            let share = state.texts.div_ceil(self.options.threads.max(1)).min(self.options.batch);
            while let Some(request) = state.requests.pop_front() {
                if !batch.is_empty() && share < size + request.texts.len() {
                    state.requests.push_front(request);
                    break;
                }
                state.texts -= request.texts.len();
                if !request.reply.is_closed() {
                    size += request.texts.len();
                    batch.push(request);
                }
            }
            if !batch.is_empty() {
                return Some(batch);
            }
            state = self.changed.wait(state).expect("no one panics while holding the queue");
        }
    }

    fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        state.requests.clear();
        state.texts = 0;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no one panics while holding the queue")
    }
}

struct StopOnDrop<'a>(&'a Queue);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// A thread's life: batch after batch until the queue stops.
fn run(model: &impl BatchModel, queue: &Queue) {
    while let Some(batch) = queue.next_batch() {
        let texts: Vec<&str> = batch.iter().flat_map(|request| &request.texts).map(String::as_str).collect();
        match model.encode_batch(&texts) {
            Ok(vectors) => {
                let mut vectors = vectors.into_iter();
                for request in batch {
                    let own = vectors.by_ref().take(request.texts.len()).collect();
                    // The caller may have gone meanwhile, which is its right.
                    let _ = request.reply.send(Ok(own));
                }
            }
            Err(error) => {
                let cause: &dyn std::error::Error = &error;
                tracing::error!(error = cause, batch.texts = texts.len(), "the encoder's model failed");
                let error = Arc::new(error);
                for request in batch {
                    let _ = request.reply.send(Err(EncodeError::Model(Arc::clone(&error))));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, mpsc};

    use futures::FutureExt;

    use super::*;

    /// A model that says what it is given and answers when it is told to: vectors are the texts' lengths.
    struct Gated {
        batches: mpsc::Sender<Vec<String>>,
        gate: Mutex<mpsc::Receiver<Result<(), ModelError>>>,
    }

    impl BatchModel for Gated {
        fn dimension(&self) -> usize {
            1
        }

        fn fingerprint(&self) -> Fingerprint {
            Fingerprint::from_bytes([7; 32])
        }

        fn encode_batch(&self, texts: &[&str]) -> Result<Vec<Vector>, ModelError> {
            self.batches.send(texts.iter().map(|&text| text.to_owned()).collect()).unwrap();
            self.gate.lock().unwrap().recv().expect("the test opens the gate")?;
            Ok(texts.iter().map(|text| vec![text.len() as f32].into()).collect())
        }
    }

    struct Fixture {
        encoder: QueuedEncoder,
        batches: mpsc::Receiver<Vec<String>>,
        gate: mpsc::Sender<Result<(), ModelError>>,
    }

    fn fixture(capacity: usize, batch: usize) -> Fixture {
        with_threads(capacity, batch, 1)
    }

    fn with_threads(capacity: usize, batch: usize, threads: usize) -> Fixture {
        let ((batches_in, batches), (gate, gate_out)) = (mpsc::channel(), mpsc::channel());
        let model = Gated { batches: batches_in, gate: Mutex::new(gate_out) };
        let options = QueueOptions { capacity, batch, threads };
        Fixture { encoder: QueuedEncoder::start(model, options), batches, gate }
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    #[tokio::test]
    async fn what_waits_is_encoded_together_and_each_gets_its_own() {
        let Fixture { encoder, batches, gate } = fixture(10, 3);
        let (busy, a, b, c) = (texts(&["busy"]), texts(&["a"]), texts(&["bb", "ccc"]), texts(&["dddd"]));
        let mut calls = [&busy, &a, &b, &c].map(|texts| encoder.encode(texts));
        assert!((&mut calls[0]).now_or_never().is_none());
        assert_eq!(batches.recv().unwrap(), ["busy"]);
        for call in &mut calls[1..] {
            assert!(call.now_or_never().is_none());
        }
        (0..3).for_each(|_| gate.send(Ok(())).unwrap());
        assert_eq!(batches.recv().unwrap(), ["a", "bb", "ccc"]);
        assert_eq!(batches.recv().unwrap(), ["dddd"]);
        let mut found = Vec::new();
        for call in calls {
            found.push(call.await.unwrap().iter().map(|vector| vector[0]).collect::<Vec<_>>());
        }
        assert_eq!(found, [vec![4.0], vec![1.0], vec![2.0, 3.0], vec![4.0]]);
    }

    #[tokio::test]
    async fn a_full_queue_is_overloaded_until_it_empties() {
        let Fixture { encoder, batches, gate } = fixture(2, 1);
        let one = texts(&["x"]);
        let mut calls = [encoder.encode(&one), encoder.encode(&one), encoder.encode(&one)];
        assert!((&mut calls[0]).now_or_never().is_none());
        batches.recv().unwrap();
        assert!((&mut calls[1]).now_or_never().is_none());
        assert!((&mut calls[2]).now_or_never().is_none());
        assert!(matches!(encoder.encode(&one).await, Err(EncodeError::Overloaded)));
        (0..4).for_each(|_| gate.send(Ok(())).unwrap());
        for call in calls {
            call.await.unwrap();
        }
        encoder.encode(&one).await.unwrap();
    }

    #[tokio::test]
    async fn a_request_whose_caller_has_gone_is_skipped() {
        let Fixture { encoder, batches, gate } = fixture(10, 1);
        let (first, gone, last) = (texts(&["first"]), texts(&["gone"]), texts(&["last"]));
        let mut busy = encoder.encode(&first);
        assert!((&mut busy).now_or_never().is_none());
        assert_eq!(batches.recv().unwrap(), ["first"]);
        assert!(encoder.encode(&gone).now_or_never().is_none());
        let mut call = encoder.encode(&last);
        assert!((&mut call).now_or_never().is_none());
        (0..2).for_each(|_| gate.send(Ok(())).unwrap());
        call.await.unwrap();
        assert_eq!(batches.recv().unwrap(), ["last"]);
    }

    #[test]
    fn a_long_list_goes_in_piece_by_piece() {
        let Fixture { encoder, batches, gate } = fixture(2, 4);
        (0..3).for_each(|_| gate.send(Ok(())).unwrap());
        let vectors = encoder.encode_blocking(&texts(&["a", "bb", "ccc", "dddd", "eeeee"])).unwrap();
        assert_eq!(vectors.iter().map(|vector| vector[0]).collect::<Vec<_>>(), [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(batches.try_iter().map(|batch| batch.len()).collect::<Vec<_>>(), [2, 2, 1]);
        assert!(encoder.encode_blocking(&[]).unwrap().is_empty());
    }

    #[test]
    fn two_threads_encode_a_long_list_at_once_and_its_order_stays() {
        let Fixture { encoder, batches, gate } = with_threads(100, 2, 2);
        let list = texts(&["a", "bb", "ccc", "dddd", "eeeee"]);
        let vectors = std::thread::scope(|scope| {
            let call = scope.spawn(|| encoder.encode_blocking(&list).unwrap());
            // Both threads have a piece before either is let go.
            let begun = [batches.recv().unwrap(), batches.recv().unwrap()];
            assert!(begun.iter().all(|batch| batch.len() == 2), "{begun:?}");
            (0..3).for_each(|_| gate.send(Ok(())).unwrap());
            call.join().unwrap()
        });
        assert_eq!(vectors.iter().map(|vector| vector[0]).collect::<Vec<_>>(), [1.0, 2.0, 3.0, 4.0, 5.0]);
    }

    #[tokio::test]
    async fn a_failed_batch_fails_its_callers_only() {
        let Fixture { encoder, batches: _batches, gate } = fixture(10, 1);
        gate.send(Err(ModelError::Forward("no".into()))).unwrap();
        gate.send(Ok(())).unwrap();
        assert!(matches!(encoder.encode(&texts(&["a"])).await, Err(EncodeError::Model(_))));
        assert!(encoder.encode(&texts(&["a"])).await.is_ok());
    }

    #[test]
    fn who_waits_when_the_thread_dies_is_told() {
        let Fixture { encoder, batches: _batches, gate } = fixture(10, 1);
        drop(gate);
        assert!(matches!(encoder.encode_blocking(&texts(&["a"])), Err(EncodeError::Stopped)));
        assert!(matches!(encoder.encode_blocking(&texts(&["a"])), Err(EncodeError::Stopped)));
    }
}
