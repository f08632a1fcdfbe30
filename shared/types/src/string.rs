//! What every checked string has in common: its JSON form and its PostgreSQL form.

use postgres_types::{Kind, Type};

/// Gives a type with `as_str` and `FromStr` its Display, JSON string and `text` column forms.
macro_rules! checked_string {
    ($({$($generics:tt)*})? $type:ty) => {
        impl$(<$($generics)*>)? std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl$(<$($generics)*>)? AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl$(<$($generics)*>)? serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de, $($($generics)*)?> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::json::parse(deserializer)
            }
        }

        impl$(<$($generics)*>)? postgres_types::ToSql for $type {
            fn to_sql(
                &self,
                ty: &postgres_types::Type,
                out: &mut bytes::BytesMut,
            ) -> $crate::string::SqlResult<postgres_types::IsNull> {
                self.as_str().to_sql($crate::string::base(ty), out)
            }

            fn accepts(ty: &postgres_types::Type) -> bool {
                <&str as postgres_types::ToSql>::accepts($crate::string::base(ty))
            }

            postgres_types::to_sql_checked!();
        }

        impl<'row, $($($generics)*)?> postgres_types::FromSql<'row> for $type {
            fn from_sql(ty: &postgres_types::Type, raw: &'row [u8]) -> $crate::string::SqlResult<Self> {
                Ok(<&str>::from_sql($crate::string::base(ty), raw)?.parse()?)
            }

            fn accepts(ty: &postgres_types::Type) -> bool {
                <&str as postgres_types::FromSql<'_>>::accepts($crate::string::base(ty))
            }
        }
    };
}

pub(crate) use checked_string;

/// What `postgres_types` gives back from conversions.
pub(crate) type SqlResult<T> = Result<T, Box<dyn std::error::Error + Sync + Send>>;

/// The type below a domain (`create domain …`): parameters are described by the domain, columns by its base type.
pub(crate) fn base(ty: &Type) -> &Type {
    match ty.kind() {
        Kind::Domain(inner) => base(inner),
        _ => ty,
    }
}
