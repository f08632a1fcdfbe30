//! A value's binary form, which the Rust types encode, as text.
use std::fmt::Write as _;

use bytes::{Buf, BytesMut};
use postgres_types::{IsNull, Kind, Type};

use crate::{
    Error, Value,
    calendar::{write_date, write_timestamp},
};

/// The text of a parameter, or null.
pub(crate) fn parameter(number: usize, (value, ty): &Value<'_>) -> Result<Option<String>, Error> {
    let failed = |source| Error::Parameter { number, source };
    let mut buffer = BytesMut::new();
    if let IsNull::Yes = value.to_sql_checked(ty, &mut buffer).map_err(failed)? {
        return Ok(None);
    }
    let mut out = String::new();
    let unknown = || failed(format!("the type {ty} is not sent over HTTP").into());
    push(ty, &buffer, &mut out).ok_or_else(unknown)?;
    Ok(Some(out))
}

fn push(ty: &Type, mut bytes: &[u8], out: &mut String) -> Option<()> {
    if let Kind::Array(element) = ty.kind() {
        return array(element, bytes, out);
    }
    let exact = |length| (bytes.len() == length).then_some(());
    let written = match *ty {
        Type::BOOL => {
            exact(1)?;
            out.push(if bytes.get_u8() == 0 { 'f' } else { 't' });
            Ok(())
        }
        Type::INT2 => exact(2).map(|()| write!(out, "{}", bytes.get_i16()))?,
        Type::INT4 => exact(4).map(|()| write!(out, "{}", bytes.get_i32()))?,
        Type::INT8 => exact(8).map(|()| write!(out, "{}", bytes.get_i64()))?,
        Type::OID => exact(4).map(|()| write!(out, "{}", bytes.get_u32()))?,
        Type::FLOAT4 => exact(4).map(|()| write!(out, "{}", bytes.get_f32()))?,
        Type::FLOAT8 => exact(8).map(|()| write!(out, "{}", bytes.get_f64()))?,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::JSON => {
            out.push_str(std::str::from_utf8(bytes).ok()?);
            Ok(())
        }
        Type::JSONB => {
            out.push_str(std::str::from_utf8(bytes.strip_prefix(&[1])?).ok()?);
            Ok(())
        }
        Type::UUID => {
            exact(16)?;
            let (a, b) = (bytes.get_u32(), bytes.get_u16());
            let (c, d) = (bytes.get_u16(), bytes.get_u16());
            write!(out, "{a:08x}-{b:04x}-{c:04x}-{d:04x}-{:012x}", bytes.get_uint(6))
        }
        Type::BYTEA => {
            out.push_str("\\x");
            bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
        }
        Type::DATE => {
            exact(4)?;
            match bytes.get_i32() {
                i32::MAX => out.push_str("infinity"),
                i32::MIN => out.push_str("-infinity"),
                days => write_date(out, days.into()),
            }
            Ok(())
        }
        Type::TIMESTAMP | Type::TIMESTAMPTZ => {
            exact(8)?;
            match bytes.get_i64() {
                i64::MAX => out.push_str("infinity"),
                i64::MIN => out.push_str("-infinity"),
                micros => write_timestamp(out, micros, *ty == Type::TIMESTAMPTZ),
            }
            Ok(())
        }
        _ => return None,
    };
    written.ok()
}

/// An array literal: every element in quotes, so that no element's text can be taken for syntax.
fn array(element: &Type, mut bytes: &[u8], out: &mut String) -> Option<()> {
    let dimensions = usize::try_from(bytes.try_get_i32().ok()?).ok()?;
    let _has_null = bytes.try_get_i32().ok()?;
    let _element = bytes.try_get_u32().ok()?;
    let mut counts = Vec::new();
    for _ in 0..dimensions {
        counts.push(usize::try_from(bytes.try_get_i32().ok()?).ok()?);
        // Rust's arrays all begin where PostgreSQL's do by default.
        (bytes.try_get_i32().ok()? == 1 || counts.last() == Some(&0)).then_some(())?;
    }
    if counts.iter().product::<usize>() == 0 || counts.is_empty() {
        out.push_str("{}");
        return Some(());
    }
    nested(element, &counts, &mut bytes, out)
}

fn nested(element: &Type, counts: &[usize], bytes: &mut &[u8], out: &mut String) -> Option<()> {
    let Some((count, inner)) = counts.split_first() else {
        return one(element, bytes, out);
    };
    out.push('{');
    for at in 0..*count {
        if at > 0 {
            out.push(',');
        }
        nested(element, inner, bytes, out)?;
    }
    out.push('}');
    Some(())
}

fn one(element: &Type, bytes: &mut &[u8], out: &mut String) -> Option<()> {
    let Ok(length) = usize::try_from(bytes.try_get_i32().ok()?) else {
        out.push_str("NULL");
        return Some(());
    };
    let (value, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    let mut text = String::new();
    push(element, value, &mut text)?;
    out.push('"');
    for letter in text.chars() {
        if matches!(letter, '"' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out.push('"');
    Some(())
}
