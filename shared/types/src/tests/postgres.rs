use std::fmt::Debug;

use bytes::BytesMut;
use postgres_types::{FromSql, IsNull, Kind, ToSql, Type};

use crate::*;

/// A domain over `inner`, as a parameter may be described.
fn domain(inner: Type) -> Type {
    Type::new("app_type".to_owned(), 90_000, Kind::Domain(inner), "app".to_owned())
}

fn wire<T: ToSql + Debug>(value: &T, ty: &Type) -> Vec<u8> {
    let mut out = BytesMut::new();
    assert!(matches!(value.to_sql_checked(ty, &mut out).unwrap(), IsNull::No));
    out.to_vec()
}

#[track_caller]
fn round_trip<T>(value: &T, types: &[Type])
where
    T: ToSql + for<'row> FromSql<'row> + PartialEq + Debug,
{
    for ty in
        types.iter().cloned().chain([domain(types[0].clone()), domain(domain(types[0].clone()))])
    {
        assert!(<T as ToSql>::accepts(&ty) && <T as FromSql<'_>>::accepts(&ty), "{ty}");
        assert_eq!(&T::from_sql(&ty, &wire(value, &ty)).unwrap(), value, "{ty}");
    }
    for ty in [Type::INT8, Type::BYTEA, Type::TEXT_ARRAY, domain(Type::INT4)] {
        assert!(!<T as ToSql>::accepts(&ty) && !<T as FromSql<'_>>::accepts(&ty), "{ty}");
    }
}

#[test]
fn every_type_comes_back_from_its_column() {
    let texts = [Type::TEXT, Type::VARCHAR];

    round_trip(&ProjectId::seed("x"), &[Type::UUID]);
    round_trip(&Currency::GBP, &[Type::TEXT, Type::VARCHAR, Type::BPCHAR]);
    round_trip(&Locale::En, &texts);
    round_trip(&LocalizedText::<100>::new("ä\n", "").unwrap(), &[Type::JSONB]);
    round_trip(&"a line".parse::<Line<20>>().unwrap(), &texts);
    round_trip(&" two\nlines".parse::<Text<20>>().unwrap(), &texts);
    round_trip(&"a-slug".parse::<Slug>().unwrap(), &texts);
    round_trip(&"a@example.org".parse::<Email>().unwrap(), &texts);
    round_trip(&Some(ProjectId::seed("x")), &[Type::UUID]);
}

#[test]
fn the_bytes_are_what_postgres_sends() {
    let id: ProjectId = "01929b1e-7c00-7abc-8def-0123456789ab".parse().unwrap();
    let text = LocalizedText::<100>::new("a", "b").unwrap();

    assert_eq!(wire(&id, &Type::UUID), id.uuid().as_bytes());
    assert_eq!(wire(&Currency::GBP, &Type::BPCHAR), b"GBP");
    // jsonb in binary is version 1 and the text.
    assert_eq!(wire(&text, &domain(Type::JSONB)), b"\x01{\"de\":\"a\",\"en\":\"b\"}");
}

#[test]
fn a_stored_value_that_breaks_its_rule_is_an_error() {
    let refused = Line::<5>::from_sql(&Type::TEXT, b"123456").unwrap_err();
    assert_eq!(refused.to_string(), "must be at most 5 characters");

    assert!(Currency::from_sql(&Type::BPCHAR, b"XXX").is_err());
    assert!(LocalizedText::<5>::from_sql(&Type::JSONB, b"\x01{\"de\":\"\",\"en\":\"\"}").is_err());
    assert!(LocalizedText::<5>::from_sql(&Type::JSONB, b"\x01\"a\"").is_err());
    assert!(ProjectId::from_sql(&Type::UUID, b"short").is_err());
    assert!(Slug::from_sql(&Type::TEXT, b"\xff").is_err());
    assert!(Slug::from_sql_null(&Type::TEXT).is_err());
}
