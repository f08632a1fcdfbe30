//! URLs that are kept elsewhere: `secretsmanager:…`, `ssm:…`, or a URL with `iam` in place of a password.
#[cfg(feature = "secrets")]
pub(crate) use asked::Secret;
#[cfg(not(feature = "secrets"))]
pub(crate) use without::Secret;

#[cfg(feature = "secrets")]
mod asked {
    use std::{
        fmt,
        sync::{Mutex, PoisonError},
        time::{Duration, SystemTime},
    };

    use aws::{Aws, Reference};
    use deadpool_postgres::{Pool as Deadpool, PoolError};
    use tokio::time::{Instant, timeout_at};

    use crate::{
        Error, Resolved, Url,
        pool::{deadpool, prepare},
        tls::Connector,
    };

    /// How long what was fetched opens connections: a token of RDS is valid for 15 minutes.
    const KNOWN_FOR: Duration = Duration::from_secs(10 * 60);
    /// A pool whose URL must be asked for first.
    pub(crate) struct Secret {
        url: Url,
        wanted: Wanted,
        aws: Aws,
        application: String,
        known: Mutex<Option<Known>>,
        resolved: Mutex<Vec<Resolved>>,
    }

    enum Wanted {
        /// The whole URL.
        Url(Reference),
        /// The password.
        Token,
    }

    struct Known {
        pool: Deadpool,
        since: SystemTime,
    }

    impl fmt::Debug for Secret {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Secret").field("variable", &self.url.variable()).finish_non_exhaustive()
        }
    }

    impl Secret {
        /// For one value, the connection to AWS included.
        pub(crate) const PATIENCE: Duration = Duration::from_secs(3);

        /// `None` if the URL is a literal. Asks nobody yet.
        pub(crate) fn of(
            url: &Url,
            application: &str,
            var: impl Fn(&str) -> Option<String>,
        ) -> Result<Option<Secret>, Error> {
            let wanted = match Reference::parse(url.value()) {
                Some(reference) => Wanted::Url(reference),
                None if url.asks_for_token() => Wanted::Token,
                None => return Ok(None),
            };
            let failed = |source| Error::Secret { variable: url.variable().to_owned(), source };
            Ok(Some(Secret {
                url: url.clone(),
                wanted,
                aws: Aws::find(var).map_err(failed)?,
                application: application.to_owned(),
                known: Mutex::default(),
                resolved: Mutex::default(),
            }))
        }

        /// The pool: that of before, while its URL is fresh or its connection open.
        pub(crate) async fn pool(&self, deadline: Instant) -> Result<Deadpool, Error> {
            if let Some(known) = &*self.known.lock().unwrap_or_else(PoisonError::into_inner) {
                let old = known.since.elapsed().is_ok_and(|age| age > KNOWN_FOR);
                if !old || known.pool.status().size > 0 {
                    return Ok(known.pool.clone());
                }
            }
            self.renew(deadline).await
        }

        /// A pool with what AWS says now.
        pub(crate) async fn renew(&self, deadline: Instant) -> Result<Deadpool, Error> {
            let from = Instant::now();
            let until = deadline.min(from + Secret::PATIENCE);
            let variable = || self.url.variable().to_owned();
            let mut tls = Connector::default();
            let (source, (config, tls)) = match &self.wanted {
                Wanted::Url(reference) => {
                    let fetched = timeout_at(until, self.aws.fetch(reference)).await;
                    let fetched = fetched.map_err(|_| Error::Connect {
                        variable: variable(),
                        source: format!("no value of {reference} within {:?}", from.elapsed())
                            .into(),
                    })?;
                    let value =
                        fetched.map_err(|source| Error::Secret { variable: variable(), source })?;
                    let url = self.url.with_value(value);
                    (reference.to_string(), prepare(&url, &self.application, &mut tls)?)
                }
                Wanted::Token => {
                    let place = self.url.place()?;
                    let token = self.aws.rds_token(&place.host, place.port, &place.user);
                    let (mut config, tls) = prepare(&self.url, &self.application, &mut tls)?;
                    config.password(token);
                    ("iam".to_owned(), (config, tls))
                }
            };
            let pool = deadpool(config, tls);
            let known = Known { pool: pool.clone(), since: SystemTime::now() };
            *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
            let resolved = Resolved { variable: variable(), source, took: from.elapsed() };
            self.resolved.lock().unwrap_or_else(PoisonError::into_inner).push(resolved);
            Ok(pool)
        }

        /// Whether the server refused the log-in, which another password may mend.
        pub(crate) fn is_refused(error: &PoolError) -> bool {
            let PoolError::Backend(error) = error else { return false };
            let Some(report) = error.as_db_error() else { return false };
            match report.code().code() {
                "28P01" | "28000" => true,
                // So PgBouncer says it.
                "08P01" => !crate::error::is_for_now(report),
                _ => false,
            }
        }

        /// What was fetched since the last call.
        pub(crate) fn take_resolved(&self) -> Vec<Resolved> {
            std::mem::take(&mut *self.resolved.lock().unwrap_or_else(PoisonError::into_inner))
        }
    }
}

#[cfg(not(feature = "secrets"))]
mod without {
    use std::time::Duration;

    use deadpool_postgres::{Pool as Deadpool, PoolError};
    use tokio::time::Instant;

    use crate::{Error, Resolved, Url};

    /// Never made: a URL that is kept elsewhere is refused.
    #[derive(Debug)]
    pub(crate) enum Secret {}

    impl Secret {
        pub(crate) const PATIENCE: Duration = Duration::ZERO;

        pub(crate) fn of(
            url: &Url,
            _: &str,
            _: impl Fn(&str) -> Option<String>,
        ) -> Result<Option<Secret>, Error> {
            let elsewhere = ["secretsmanager:", "ssm:"];
            if url.asks_for_token() || elsewhere.iter().any(|it| url.value().starts_with(it)) {
                return Err(url.refuse(
                    "is kept elsewhere, and this function was built without the feature `secrets`",
                ));
            }
            Ok(None)
        }

        pub(crate) async fn pool(&self, _: Instant) -> Result<Deadpool, Error> {
            match *self {}
        }

        pub(crate) async fn renew(&self, _: Instant) -> Result<Deadpool, Error> {
            match *self {}
        }

        pub(crate) fn is_refused(_: &PoolError) -> bool {
            false
        }

        pub(crate) fn take_resolved(&self) -> Vec<Resolved> {
            match *self {}
        }
    }
}
