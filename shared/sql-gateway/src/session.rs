//! One connection to a server, in PostgreSQL's own protocol.
//!
//! Not the driver of the functions: it asks for values in binary form and hides command tags.
use std::{fmt, io, sync::Arc};

use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use futures_util::FutureExt as _;
use postgres_protocol::{
    authentication::{
        md5_hash,
        sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256},
    },
    message::{backend::Message, frontend},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf, split},
    net::{TcpStream, UnixStream},
    time::timeout,
};
use tokio_native_tls::TlsConnector;

use crate::{limits::LOGIN_TIMEOUT, login::Login, refusal::Refusal, upstream::Upstream};

pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// What identifies a running statement to the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CancelKey {
    process: i32,
    secret: i32,
}

/// A connection that is logged in.
pub(crate) struct Session {
    pub(crate) reader: Reader,
    pub(crate) writer: WriteHalf<Box<dyn Stream>>,
    pub(crate) key: Option<CancelKey>,
}

/// Its receiving side.
pub(crate) struct Reader {
    half: ReadHalf<Box<dyn Stream>>,
    buffer: BytesMut,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Reader {
    /// The next message that belongs to a statement or a login.
    pub(crate) async fn next(&mut self) -> io::Result<Message> {
        loop {
            match Message::parse(&mut self.buffer)? {
                Some(
                    Message::NoticeResponse(_)
                    | Message::ParameterStatus(_)
                    | Message::NotificationResponse(_),
                ) => {}
                Some(message) => return Ok(message),
                None if self.half.read_buf(&mut self.buffer).await? == 0 => {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                None => {}
            }
        }
    }
}

impl Session {
    /// Connects and logs in.
    pub(crate) async fn open(upstream: &Upstream, login: &Login) -> Result<Session, Refusal> {
        let opened = timeout(LOGIN_TIMEOUT, async {
            let stream = connect(upstream).await.map_err(|e| lost(upstream, &e))?;
            Session::log_in(stream, upstream, login).await
        });
        let late = |_| {
            let name = upstream.name();
            Refusal::unreachable(format_args!("{name} takes longer than {LOGIN_TIMEOUT:?}"))
        };
        opened.await.unwrap_or_else(|e| Err(late(e)))
    }

    async fn log_in(
        stream: Box<dyn Stream>,
        upstream: &Upstream,
        login: &Login,
    ) -> Result<Session, Refusal> {
        let failed = |e: io::Error| lost(upstream, &e);
        let (half, writer) = split(stream);
        let reader = Reader { half, buffer: BytesMut::with_capacity(8 * 1024) };
        let mut session = Session { reader, writer, key: None };
        let parameters = [
            ("user", login.user.as_str()),
            ("database", login.database.as_str()),
            ("client_encoding", "UTF8"),
        ];
        session.send(|buffer| frontend::startup_message(parameters, buffer)).await.map_err(
            |e| match e.kind() {
                io::ErrorKind::InvalidInput => Refusal::bad("invalid username or database name"),
                _ => failed(e),
            },
        )?;
        let password = login.password.as_bytes();
        let mut scram: Option<ScramSha256> = None;
        loop {
            let sent = match session.reader.next().await.map_err(failed)? {
                Message::AuthenticationOk => Ok(()),
                Message::AuthenticationCleartextPassword => {
                    session.send(|buffer| frontend::password_message(password, buffer)).await
                }
                Message::AuthenticationMd5Password(body) => {
                    let hash = md5_hash(login.user.as_bytes(), password, body.salt());
                    session.send(|buffer| frontend::password_message(hash.as_bytes(), buffer)).await
                }
                Message::AuthenticationSasl(body) => {
                    if !body.mechanisms().any(|name| Ok(name == SCRAM_SHA_256)).unwrap_or(false) {
                        return Err(Refusal::unreachable("the server asks for an unknown login"));
                    }
                    let first = ScramSha256::new(password, ChannelBinding::unsupported());
                    let sent = session
                        .send(|buffer| {
                            frontend::sasl_initial_response(SCRAM_SHA_256, first.message(), buffer)
                        })
                        .await;
                    scram = Some(first);
                    sent
                }
                Message::AuthenticationSaslContinue(body) => match &mut scram {
                    None => Err(io::ErrorKind::InvalidData.into()),
                    Some(scram) => match scram.update(body.data()) {
                        Err(e) => Err(e),
                        Ok(()) => {
                            session
                                .send(|buffer| frontend::sasl_response(scram.message(), buffer))
                                .await
                        }
                    },
                },
                Message::AuthenticationSaslFinal(body) => match &mut scram {
                    None => Err(io::ErrorKind::InvalidData.into()),
                    Some(scram) => scram.finish(body.data()),
                },
                Message::BackendKeyData(body) => {
                    session.key =
                        Some(CancelKey { process: body.process_id(), secret: body.secret_key() });
                    Ok(())
                }
                Message::ErrorResponse(body) => return Err(Refusal::of_login(&body, &login.user)),
                Message::ReadyForQuery(_) => return Ok(session),
                _ => Err(io::ErrorKind::InvalidData.into()),
            };
            sent.map_err(failed)?;
        }
    }

    async fn send(&mut self, write: impl Fn(&mut BytesMut) -> io::Result<()>) -> io::Result<()> {
        let mut buffer = BytesMut::new();
        write(&mut buffer)?;
        self.writer.write_all(&buffer).await
    }

    /// Whether the server has said something unasked, most likely good-bye, or is gone.
    pub(crate) fn is_stale(&mut self) -> bool {
        let Reader { half, buffer } = &mut self.reader;
        !buffer.is_empty() || half.read_buf(buffer).now_or_never().is_some()
    }
}

/// The connection to a server broke, or never was.
pub(crate) fn lost(upstream: &Upstream, e: &io::Error) -> Refusal {
    Refusal::unreachable(format_args!("{}: {e}", upstream.name()))
}

async fn connect(upstream: &Upstream) -> io::Result<Box<dyn Stream>> {
    let Upstream { host, port, tls, .. } = upstream;
    if host.starts_with('/') {
        return Ok(Box::new(UnixStream::connect(upstream.name()).await?));
    }
    let mut stream = TcpStream::connect((host.as_str(), *port)).await?;
    stream.set_nodelay(true)?;
    let Some(tls) = tls else { return Ok(Box::new(stream)) };
    let mut buffer = BytesMut::new();
    frontend::ssl_request(&mut buffer);
    stream.write_all(&buffer).await?;
    if stream.read_u8().await? != b'S' {
        return Err(io::Error::other("the server does not speak TLS"));
    }
    let tls = TlsConnector::from(tls.clone());
    Ok(Box::new(tls.connect(host, stream).await.map_err(io::Error::other)?))
}

/// Asks the server to end what a session is at.
pub(crate) async fn cancel(upstream: Arc<Upstream>, key: CancelKey) {
    let sent = timeout(LOGIN_TIMEOUT, async {
        let mut stream = connect(&upstream).await?;
        let mut buffer = BytesMut::new();
        frontend::cancel_request(key.process, key.secret, &mut buffer);
        stream.write_all(&buffer).await?;
        // The server closes when it has passed the request on.
        stream.read_buf(&mut buffer).await
    });
    // A server that takes no cancel request leaves the statement to its own timeout.
    drop(sent.await);
}
