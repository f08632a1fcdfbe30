//! The Lambda Runtime API for one process, on the thread that measures: the gateway's is asynchronous,
//! and the way of an event through it would be part of every time.
use std::{
    io::{self, ErrorKind, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// What the process says.
#[derive(Debug)]
pub(super) enum Said {
    /// It waits for an event.
    Poll,
    /// The answer to its event.
    Answer(Vec<u8>),
    /// It failed, at its start or with an event.
    Error(String),
}

/// One request of the process: when it was complete, on which connection it came, what it says.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) at: Instant,
    pub(super) connection: usize,
    pub(super) said: Said,
}

/// The listener and the connections of one process.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    listener: TcpListener,
    connections: Vec<Option<Connection>>,
}

#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl RuntimeApi {
    /// Listens on a free port.
    pub(super) fn bind() -> io::Result<RuntimeApi> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        Ok(RuntimeApi { listener, connections: Vec::new() })
    }

    /// Where it listens.
    pub(super) fn addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The next request of the process; `None` if none comes within `patience`.
    pub(super) fn hear(&mut self, patience: Duration) -> io::Result<Option<Heard>> {
        let until = Instant::now() + patience;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Some(ready) = self.wait(left)? else { return Ok(None) };
            for at in ready {
                let Some(connection) = &mut self.connections[at] else { continue };
                if !connection.receive()? {
                    self.connections[at] = None;
                } else if let Some(said) = connection.take_request()? {
                    return Ok(Some(Heard { at: Instant::now(), connection: at, said }));
                }
            }
        }
    }

    /// Waits for bytes; takes new connections. The connections that have something to read.
    fn wait(&mut self, patience: Duration) -> io::Result<Option<Vec<usize>>> {
        let open = |at: &usize| self.connections[*at].is_some();
        let known: Vec<usize> = (0..self.connections.len()).filter(open).collect();
        let mut fds = vec![PollFd::new(&self.listener, PollFlags::IN)];
        let streams = known.iter().filter_map(|at| self.connections[*at].as_ref());
        fds.extend(streams.map(|connection| PollFd::new(&connection.stream, PollFlags::IN)));
        let timeout = Timespec::try_from(patience).map_err(|_| ErrorKind::InvalidInput)?;
        if poll(&mut fds, Some(&timeout))? == 0 {
            return Ok(None);
        }
        let spoke: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        drop(fds);
        let mut ready: Vec<usize> =
            known.iter().zip(&spoke[1..]).filter(|(_, spoke)| **spoke).map(|(at, _)| *at).collect();
        if spoke[0] {
            let (stream, _) = self.listener.accept()?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            self.connections.push(Some(Connection { stream, received: Vec::new() }));
            ready.push(self.connections.len() - 1);
        }
        Ok(Some(ready))
    }

    /// Answers a poll with an event.
    pub(super) fn hand_over(
        &mut self,
        connection: usize,
        id: &str,
        event: &[u8],
    ) -> io::Result<()> {
        let deadline = SystemTime::now() + Duration::from_secs(30);
        let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let mut message = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             lambda-runtime-aws-request-id: {id}\r\nlambda-runtime-deadline-ms: {deadline}\r\n\
             lambda-runtime-invoked-function-arn: arn:aws:lambda:local-1:000000000000:function:x\r\n\
             lambda-runtime-trace-id: Root=1-00000000-000000000000000000000000;Sampled=0\r\n\r\n",
            event.len()
        )
        .into_bytes();
        message.extend_from_slice(event);
        self.write(connection, &message)
    }

    /// Tells the process that its answer has arrived.
    pub(super) fn accept(&mut self, connection: usize) -> io::Result<()> {
        const ACCEPTED: &[u8] =
            b"HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{\"status\":\"OK\"}";
        self.write(connection, ACCEPTED)
    }

    fn write(&mut self, connection: usize, message: &[u8]) -> io::Result<()> {
        let connection = self.connections[connection].as_mut().ok_or(ErrorKind::NotConnected)?;
        let mut rest = message;
        while !rest.is_empty() {
            match connection.stream.write(rest) {
                Ok(n) => rest = &rest[n..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let mut fds = [PollFd::new(&connection.stream, PollFlags::OUT)];
                    poll(&mut fds, None)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Connection {
    /// Reads what is there; false at the end.
    fn receive(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 16 * 1024];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Ok(false),
                Ok(n) => self.received.extend_from_slice(&buffer[..n]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(true),
                // A killed process.
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return Ok(false),
                Err(error) => return Err(error),
            }
        }
    }

    /// A complete request, if there is one.
    fn take_request(&mut self) -> io::Result<Option<Said>> {
        let odd = |what: &str| io::Error::new(ErrorKind::InvalidData, what.to_owned());
        let Some(end) = self.received.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
            return Ok(None);
        };
        let head = String::from_utf8_lossy(&self.received[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let target = lines.next().unwrap_or_default().to_owned();
        let mut length = 0;
        for line in lines {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            match name.to_ascii_lowercase().as_str() {
                "content-length" => {
                    length = value.trim().parse().map_err(|_| odd("content-length"))?;
                }
                "transfer-encoding" => {
                    return Err(odd("an answer in chunks is not understood here"));
                }
                _ => {}
            }
        }
        let whole = end + 4 + length;
        if self.received.len() < whole {
            return Ok(None);
        }
        let body = self.received[end + 4..whole].to_vec();
        self.received.drain(..whole);
        let path = target.split(' ').nth(1).unwrap_or_default();
        let said = match path.rsplit('/').next() {
            Some("next") => Said::Poll,
            Some("response") => Said::Answer(body),
            _ => Said::Error(String::from_utf8_lossy(&body).into_owned()),
        };
        Ok(Some(said))
    }
}
