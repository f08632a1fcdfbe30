//! TLS, for functions that are built with it: feature `tls`.
//!
//! OpenSSL's libraries take 1.6 MiB of every process that is linked with them, also of one whose
//! databases are on loopback or behind a unix socket and need no TLS.
#[cfg(feature = "tls")]
pub(crate) use native::{Connector, Tls};
#[cfg(not(feature = "tls"))]
pub(crate) use without::{Connector, Tls};

#[cfg(feature = "tls")]
mod native {
    use std::sync::{Mutex, PoisonError};

    use crate::{Error, Url};

    /// Makes a connection secret and checks who answers.
    pub(crate) type Tls = postgres_native_tls::MakeTlsConnector;

    /// The last connector and the certificate it trusts: OpenSSL reads the system's authorities for
    /// each that is built, and the URLs of a process nearly always trust the same.
    static LAST: Mutex<Option<(Option<Vec<u8>>, native_tls::TlsConnector)>> = Mutex::new(None);

    /// Makes connectors.
    #[derive(Default)]
    pub(crate) struct Connector(());

    impl Connector {
        pub(crate) fn get(&mut self, url: &Url, pem: Option<Vec<u8>>) -> Result<Tls, Error> {
            Ok(Tls::new(self.trusting(url, pem)?))
        }

        /// A client of an endpoint that is reached by TLS.
        #[cfg(feature = "http")]
        pub(crate) fn client(
            &mut self,
            url: &Url,
            endpoint: sqlhttp::Endpoint,
        ) -> Result<sqlhttp::Client, Error> {
            let (_, pem) = url.prepare("")?;
            Ok(sqlhttp::Client::new(endpoint, self.trusting(url, pem)?))
        }

        fn trusting(
            &self,
            url: &Url,
            pem: Option<Vec<u8>>,
        ) -> Result<native_tls::TlsConnector, Error> {
            let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, connector)) = last.as_ref().filter(|(trusted, _)| *trusted == pem) {
                return Ok(connector.clone());
            }
            let failed = |source: native_tls::Error| Error::Tls {
                variable: url.variable().to_owned(),
                source: Box::new(source),
            };
            let mut tls = native_tls::TlsConnector::builder();
            // As libpq does: who names an authority trusts no other.
            if let Some(pem) = &pem {
                let ca = native_tls::Certificate::from_pem(pem).map_err(failed)?;
                tls.disable_built_in_roots(true).add_root_certificate(ca);
            }
            let connector = tls.build().map_err(failed)?;
            *last = Some((pem, connector.clone()));
            Ok(connector)
        }
    }
}

#[cfg(not(feature = "tls"))]
mod without {
    use crate::{Error, Url};

    /// Never made.
    pub(crate) type Tls = tokio_postgres::NoTls;

    /// Has nothing to connect with.
    #[derive(Default)]
    pub(crate) struct Connector(());

    impl Connector {
        pub(crate) fn get(&mut self, url: &Url, _: Option<Vec<u8>>) -> Result<Tls, Error> {
            Err(url.refuse("needs TLS, and this function was built without the feature `tls`"))
        }

        #[cfg(feature = "http")]
        pub(crate) fn client(
            &mut self,
            url: &Url,
            _: sqlhttp::Endpoint,
        ) -> Result<sqlhttp::Client, Error> {
            Err(url.refuse("needs TLS, and this function was built without the feature `tls`"))
        }
    }
}
