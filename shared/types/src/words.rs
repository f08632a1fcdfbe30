//! Enums that are words in JSON and in a query, and travel as `&str` to a `text` column.

/// Declares an enum by its words; whoever sends another word is told all of them. The crate that
/// uses it needs `serde`, and `schemars` where its feature `openapi` is on.
///
/// ```
/// types::words! {
///     /// Where a post stands.
///     pub enum Status { Draft = "draft", Published = "published" }
/// }
/// assert_eq!("draft".parse(), Ok(Status::Draft));
/// assert_eq!(Status::Published.word(), "published");
/// assert_eq!("gone".parse::<Status>().unwrap_err().rule(), "must be one of draft, published");
/// ```
#[macro_export]
macro_rules! words {
    ($(#[$m:meta])* $v:vis enum $name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        $(#[$m])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
        #[allow(missing_docs, reason = "the words say it")]
        $v enum $name {
            $(#[serde(rename = $word)] $variant),*
        }

        impl $name {
            /// The word itself.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::Invalid;
            fn from_str(text: &str) -> Result<Self, $crate::Invalid> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err($crate::Invalid::new(format!("must be one of {}", [$($word),*].join(", ")))),
                }
            }
        }
    };
}
