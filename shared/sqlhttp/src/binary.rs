//! A value's text as its binary form, which the Rust types decode.
use bytes::{BufMut, BytesMut};
use postgres_types::{Kind, Type};

use crate::calendar::{read_date, read_timestamp};

/// Appends the binary form of `text`; `None` if it is no text of `ty` or `ty` is not known here.
///
/// Whatever a server setting could change (`datestyle`, `bytea_output`) is refused in any other form
/// than the usual one: a guess would be a wrong value.
pub(crate) fn write(ty: &Type, text: &str, out: &mut BytesMut) -> Option<()> {
    if let Kind::Array(element) = ty.kind() {
        return array(element, text, out);
    }
    match *ty {
        Type::BOOL => out.put_u8(match text {
            "t" => 1,
            "f" => 0,
            _ => return None,
        }),
        Type::INT2 => out.put_i16(text.parse().ok()?),
        Type::INT4 => out.put_i32(text.parse().ok()?),
        Type::INT8 => out.put_i64(text.parse().ok()?),
        Type::OID => out.put_u32(text.parse().ok()?),
        Type::FLOAT4 => out.put_f32(text.parse().ok()?),
        Type::FLOAT8 => out.put_f64(text.parse().ok()?),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::JSON => {
            out.put_slice(text.as_bytes());
        }
        Type::JSONB => {
            // The version of the binary form.
            out.put_u8(1);
            out.put_slice(text.as_bytes());
        }
        Type::UUID => uuid(text, out)?,
        Type::BYTEA => hex(text.strip_prefix("\\x")?, out)?,
        Type::DATE => out.put_i32(match text {
            "infinity" => i32::MAX,
            "-infinity" => i32::MIN,
            _ => i32::try_from(read_date(text)?).ok()?,
        }),
        Type::TIMESTAMP | Type::TIMESTAMPTZ => out.put_i64(match text {
            "infinity" => i64::MAX,
            "-infinity" => i64::MIN,
            _ => read_timestamp(text, *ty == Type::TIMESTAMPTZ)?,
        }),
        _ => return None,
    }
    Some(())
}

fn uuid(text: &str, out: &mut BytesMut) -> Option<()> {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths = parts.iter().map(|part| part.len());
    if !lengths.eq([8, 4, 4, 4, 12]) {
        return None;
    }
    parts.into_iter().try_for_each(|part| hex(part, out))
}

fn hex(text: &str, out: &mut BytesMut) -> Option<()> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    if !text.len().is_multiple_of(2) {
        return None;
    }
    out.reserve(text.len() / 2);
    for pair in text.as_bytes().chunks_exact(2) {
        out.put_u8(digit(pair[0])? << 4 | digit(pair[1])?);
    }
    Some(())
}

/// An array's elements in order, and how many there are in each dimension.
#[derive(Default)]
struct Elements {
    values: BytesMut,
    has_null: bool,
    dimensions: Vec<i32>,
}

fn array(element: &Type, text: &str, out: &mut BytesMut) -> Option<()> {
    let mut bounds = Vec::new();
    let mut text = text;
    if text.starts_with('[') {
        let (decoration, rest) = text.split_once('=')?;
        for bound in decoration.split('[').skip(1) {
            let (lower, _) = bound.strip_suffix(']')?.split_once(':')?;
            bounds.push(lower.parse::<i32>().ok()?);
        }
        text = rest;
    }
    let mut elements = Elements::default();
    let rest = nested(element, text, 0, &mut elements)?;
    let dimensions = elements.dimensions;
    if !rest.is_empty() || !(bounds.is_empty() || bounds.len() == dimensions.len()) {
        return None;
    }
    out.put_i32(i32::try_from(dimensions.len()).ok()?);
    out.put_i32(i32::from(elements.has_null));
    out.put_u32(element.oid());
    for (at, count) in dimensions.iter().enumerate() {
        out.put_i32(*count);
        out.put_i32(bounds.get(at).copied().unwrap_or(1));
    }
    out.put_slice(&elements.values);
    Some(())
}

/// One pair of braces; gives back what follows it.
fn nested<'a>(
    element: &Type,
    text: &'a str,
    depth: usize,
    elements: &mut Elements,
) -> Option<&'a str> {
    let mut text = text.strip_prefix('{')?;
    if let Some(rest) = text.strip_prefix('}') {
        // An empty array has no dimension at all, and no other array holds one.
        return (depth == 0).then_some(rest);
    }
    let mut count = 0;
    loop {
        if text.starts_with('{') {
            text = nested(element, text, depth + 1, elements)?;
        } else if let Some(quoted) = text.strip_prefix('"') {
            let (value, rest) = unquote(quoted)?;
            one(element, &value, &mut elements.values)?;
            text = rest;
        } else {
            let (value, rest) = text.split_at(text.find([',', '}'])?);
            if value == "NULL" {
                elements.has_null = true;
                elements.values.put_i32(-1);
            } else {
                one(element, value, &mut elements.values)?;
            }
            text = rest;
        }
        count += 1;
        if let Some(rest) = text.strip_prefix('}') {
            // Inner pairs end first; all of one depth have the same count.
            if elements.dimensions.len() <= depth {
                elements.dimensions.resize(depth + 1, 0);
            }
            let known = &mut elements.dimensions[depth];
            if *known != 0 && *known != count {
                return None;
            }
            *known = count;
            return Some(rest);
        }
        text = text.strip_prefix(',')?;
    }
}

fn one(element: &Type, text: &str, out: &mut BytesMut) -> Option<()> {
    let at = out.len();
    out.put_i32(0);
    write(element, text, out)?;
    let length = i32::try_from(out.len() - at - 4).ok()?;
    out[at..at + 4].copy_from_slice(&length.to_be_bytes());
    Some(())
}

/// Up to the closing quote, and what follows it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(letters.next()?.1),
            _ => value.push(letter),
        }
    }
    None
}
