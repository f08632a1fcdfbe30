//! How Rust types travel as parameters and columns.
use std::error::Error;

use tokio_postgres::types::{FromSql, FromSqlOwned, ToSql, Type};
use types::{
    Currency, Date, Email, Entity, Id, Line, Locale, LocalizedText, Money, Slug, Text, Timestamp,
};
use uuid::Uuid;

use crate::{ReadError, Row};

/// A parameter with its type, as the driver takes it.
pub type Value<'a> = (&'a (dyn ToSql + Sync), Type);

/// A column that a row type reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// As in the result.
    pub name: String,
    /// What the field can hold.
    pub ty: Type,
    /// Whether the field can hold null.
    pub nullable: bool,
}

/// A type of one column.
pub trait Pg: ToSql + Sync {
    /// Its PostgreSQL type.
    const TYPE: Type;
    /// Whether it can hold null.
    const NULLABLE: bool = false;
}

macro_rules! pg {
    ($($t:ty => $ty:ident),* $(,)?) => { $(impl Pg for $t { const TYPE: Type = Type::$ty; })* };
}
pg! {
    bool => BOOL, i16 => INT2, i32 => INT4, i64 => INT8,
    String => TEXT, &str => TEXT, Currency => TEXT, Email => TEXT, Locale => TEXT, Slug => TEXT,
    Uuid => UUID, serde_json::Value => JSONB, Vec<u8> => BYTEA, &[u8] => BYTEA,
    Vec<Uuid> => UUID_ARRAY, Vec<String> => TEXT_ARRAY, &[&str] => TEXT_ARRAY, Date => DATE, Timestamp => TIMESTAMPTZ,
}
impl<E: Entity> Pg for Id<E> {
    const TYPE: Type = Type::UUID;
}
impl<E: Entity> Pg for Vec<Id<E>> {
    const TYPE: Type = Type::UUID_ARRAY;
}
impl<const MAX: usize> Pg for LocalizedText<MAX> {
    const TYPE: Type = Type::JSONB;
}
impl<const MAX: usize> Pg for Line<MAX> {
    const TYPE: Type = Type::TEXT;
}
impl<const MAX: usize> Pg for Text<MAX> {
    const TYPE: Type = Type::TEXT;
}
impl<T: Pg> Pg for Option<T> {
    const TYPE: Type = T::TYPE;
    const NULLABLE: bool = true;
}

/// A parameter: one value, or two for [`Money`] (`…_minor`, then `currency`).
pub trait Param {
    /// Whether it says whose rows may be looked at.
    const SCOPE: bool = false;
    /// Adds its values.
    fn push<'a>(&'a self, out: &mut Vec<Value<'a>>);
    /// Adds its types.
    fn types(out: &mut Vec<Type>);
}

impl<T: Pg> Param for T {
    fn push<'a>(&'a self, out: &mut Vec<Value<'a>>) {
        out.push((self, T::TYPE));
    }
    fn types(out: &mut Vec<Type>) {
        out.push(T::TYPE);
    }
}

impl Param for Money {
    fn push<'a>(&'a self, out: &mut Vec<Value<'a>>) {
        let (minor, currency) = self.parts();
        out.push((minor, Type::INT8));
        out.push((currency, Type::TEXT));
    }
    fn types(out: &mut Vec<Type>) {
        out.extend([Type::INT8, Type::TEXT]);
    }
}

impl Param for Option<Money> {
    fn push<'a>(&'a self, out: &mut Vec<Value<'a>>) {
        match self {
            Some(money) => money.push(out),
            None => out.extend([
                (&None::<i64> as &(dyn ToSql + Sync), Type::INT8),
                (&None::<Currency>, Type::TEXT),
            ]),
        }
    }
    fn types(out: &mut Vec<Type>) {
        <Money as Param>::types(out);
    }
}

/// A field of a row type: one column, or two for [`Money`].
pub trait Field: Sized {
    /// Adds its columns.
    fn columns(name: &'static str, out: &mut Vec<Column>);
    /// Reads it.
    ///
    /// # Errors
    /// The column is missing or has another type.
    fn read(row: &Row, name: &str) -> Result<Self, ReadError>;
}

impl<T: Pg + FromSqlOwned> Field for T {
    fn columns(name: &'static str, out: &mut Vec<Column>) {
        out.push(Column { name: name.to_owned(), ty: T::TYPE, nullable: T::NULLABLE });
    }
    fn read(row: &Row, name: &str) -> Result<Self, ReadError> {
        row.try_get(name)
    }
}

/// Minor units that [`Money`] takes; a larger number in the database is an error of the read.
struct Minor(i64);

impl Minor {
    fn of(self, currency: Currency) -> Money {
        Money::new(self.0, currency).expect("checked when it was read")
    }
}

impl<'a> FromSql<'a> for Minor {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let minor = i64::from_sql(ty, raw)?;
        Money::new(minor, Currency::GBP)?;
        Ok(Minor(minor))
    }
    fn accepts(ty: &Type) -> bool {
        *ty == Type::INT8
    }
}

fn money_columns(name: &str, nullable: bool, out: &mut Vec<Column>) {
    out.push(Column { name: format!("{name}_minor"), ty: Type::INT8, nullable });
    // Several amounts of a row share its currency.
    if !out.iter().any(|column| column.name == "currency") {
        out.push(Column { name: "currency".to_owned(), ty: Type::TEXT, nullable });
    }
}

impl Field for Money {
    fn columns(name: &'static str, out: &mut Vec<Column>) {
        money_columns(name, false, out);
    }
    fn read(row: &Row, name: &str) -> Result<Self, ReadError> {
        let minor: Minor = row.try_get(format!("{name}_minor").as_str())?;
        Ok(minor.of(row.try_get("currency")?))
    }
}

impl Field for Option<Money> {
    fn columns(name: &'static str, out: &mut Vec<Column>) {
        money_columns(name, true, out);
    }
    fn read(row: &Row, name: &str) -> Result<Self, ReadError> {
        let minor: Option<Minor> = row.try_get(format!("{name}_minor").as_str())?;
        let currency: Option<Currency> = row.try_get("currency")?;
        Ok(minor.zip(currency).map(|(minor, currency)| minor.of(currency)))
    }
}
