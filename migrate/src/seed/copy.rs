//! Rows that are made up here and streamed into a temporary table, from which SQL takes what is missing.

use std::fmt::{Display, Write as _};
use std::pin::pin;

use bytes::Bytes;
use futures_util::SinkExt;
use tokio_postgres::Client;

use super::{Progress, Seeded, transaction};
use crate::error::Error;
use crate::run::run;

/// Bytes that travel in one message.
const MESSAGE: usize = 64 * 1024;

/// A module of made-up rows.
pub(super) struct Made {
    /// Its name in messages.
    pub(super) name: &'static str,
    /// How many rows it has.
    pub(super) count: u32,
    /// Writes the row of a number from 1.
    pub(super) row: Box<dyn Fn(u32, &mut Lines) + Send + Sync>,
    /// Columns of the temporary table `staged`, in the order they are written.
    pub(super) columns: &'static str,
    /// What happens before, to leave in `staged` only what is missing.
    pub(super) prepare: &'static str,
    /// Statements whose rows are counted.
    pub(super) write: &'static str,
    /// What happens after, if anything was written.
    pub(super) finish: &'static str,
}

impl Made {
    /// Loads chunk after chunk.
    pub(super) async fn load(
        &self,
        client: &Client,
        chunk: u32,
        watch: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Seeded, Error> {
        let module = self.name;
        let mut rows = 0;
        let mut done = 0;
        while done < self.count {
            let next = done.saturating_add(chunk.max(1)).min(self.count);
            let work = async || self.chunk(client, done + 1, next).await;
            rows += transaction(client, module, work).await?;
            done = next;
            watch(Progress::Chunk { module, done, of: self.count });
        }
        Ok(Seeded { module: module.to_owned(), rows })
    }

    async fn chunk(&self, client: &Client, first: u32, last: u32) -> Result<u64, Error> {
        let fail = |source| Error::Database { doing: "stream demo data", source };
        let create = format!("create temporary table staged ({}) on commit drop", self.columns);
        client.batch_execute(&create).await.map_err(fail)?;
        self.stream(client, first, last).await.map_err(fail)?;
        client.batch_execute("analyze pg_temp.staged").await.map_err(fail)?;
        run(client, self.name, self.prepare).await?;
        let rows = run(client, self.name, self.write).await?;
        if rows > 0 {
            run(client, self.name, self.finish).await?;
        }
        Ok(rows)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a migrator's session is direct, without a pooler"
    )]
    async fn stream(
        &self,
        client: &Client,
        first: u32,
        last: u32,
    ) -> Result<(), tokio_postgres::Error> {
        let sink = client.copy_in::<_, Bytes>("copy pg_temp.staged from stdin").await?;
        let mut sink = pin!(sink);
        let mut lines = Lines(String::with_capacity(MESSAGE + 1024));
        for number in first..=last {
            (self.row)(number, &mut lines);
            lines.end();
            if lines.0.len() >= MESSAGE {
                sink.feed(lines.take()).await?;
            }
        }
        sink.feed(lines.take()).await?;
        sink.finish().await?;
        Ok(())
    }
}

/// Rows in the text format of COPY.
pub(super) struct Lines(String);

impl Lines {
    /// A value whose text has no backslash, tab or line end: a number, a UUID, a date, a word of ours.
    pub(super) fn plain(&mut self, value: impl Display) -> &mut Lines {
        let _ = write!(self.0, "{value}\t");
        self
    }

    /// Any text.
    pub(super) fn text(&mut self, value: &str) -> &mut Lines {
        for letter in value.chars() {
            match letter {
                '\\' => self.0.push_str("\\\\"),
                '\t' => self.0.push_str("\\t"),
                '\n' => self.0.push_str("\\n"),
                '\r' => self.0.push_str("\\r"),
                letter => self.0.push(letter),
            }
        }
        self.0.push('\t');
        self
    }

    /// Text, or null.
    pub(super) fn option(&mut self, value: Option<&str>) -> &mut Lines {
        match value {
            Some(value) => self.text(value),
            None => self.plain("\\N"),
        }
    }

    fn end(&mut self) {
        self.0.pop();
        self.0.push('\n');
    }

    fn take(&mut self) -> Bytes {
        Bytes::from(std::mem::take(&mut self.0))
    }
}
