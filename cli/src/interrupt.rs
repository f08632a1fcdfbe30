//! Ctrl-C and SIGTERM.
use tokio::{
    runtime::Runtime,
    signal::unix::{Signal, SignalKind, signal},
};

use crate::failure::{Exit, Failure};

/// Takes both signals from the moment it exists.
#[derive(Debug)]
pub(crate) struct Interrupt {
    int: Signal,
    term: Signal,
}

impl Interrupt {
    /// # Errors
    /// When the system does not let signals be handled.
    pub(crate) fn new() -> Result<Interrupt, Failure> {
        let take = |kind| {
            signal(kind).map_err(|error| {
                Failure::new(Exit::Failure, "cannot handle signals").because(&error)
            })
        };
        Ok(Interrupt { int: take(SignalKind::interrupt())?, term: take(SignalKind::terminate())? })
    }

    /// Waits for the next of them.
    pub(crate) async fn wait(&mut self) {
        tokio::select! {
            _ = self.int.recv() => {}
            _ = self.term.recv() => {}
        }
    }
}

/// For work that blocks and so cannot be dropped: at a signal the process cleans up and ends.
///
/// # Errors
/// When the system does not let signals be handled.
pub(crate) fn end_after(
    runtime: &Runtime,
    clean_up: impl FnOnce() + Send + 'static,
) -> Result<(), Failure> {
    let _inside = runtime.enter();
    let mut interrupt = Interrupt::new()?;
    runtime.spawn(async move {
        interrupt.wait().await;
        clean_up();
        std::process::exit(Exit::Interrupted.code().into());
    });
    Ok(())
}
