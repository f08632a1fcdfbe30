//! How `seed` writes and reads what has nothing to do with a database; the rest is tested in `migrate`.
use crate::{
    failure::Exit,
    seed::{auto, decimal, grouped},
};

#[test]
fn numbers_are_read_in_groups_of_three() {
    let numbers = [0, 7, 999, 1000, 12_345, 100_000, 1_234_567, -4_321];

    let text = numbers.map(grouped).join(" ");

    assert_eq!(text, "0 7 999 1,000 12,345 100,000 1,234,567 -4,321");
}

#[test]
fn amounts_have_the_digits_of_their_currency() {
    assert_eq!(decimal(2_526_243, 2), "25,262.43");
    assert_eq!(decimal(500, 0), "500");
    assert_eq!(decimal(5, 3), "0.005");
    assert_eq!(decimal(-5, 2), "-0.05");
}

#[test]
fn demo_data_at_the_start_is_a_clear_yes_or_no() {
    let wanted = ["true", "1", " true "].map(|value| auto(Some(value)).unwrap());
    let unwanted = ["false", "0"].map(|value| auto(Some(value)).unwrap());
    let unsaid = [None, Some(""), Some(" ")].map(|value| auto(value).unwrap());
    let refused = auto(Some("maybe")).unwrap_err();

    assert_eq!(wanted, [Some(true); 3]);
    assert_eq!(unwanted, [Some(false); 2]);
    assert_eq!(unsaid, [None; 3]);
    assert_eq!(refused.exit(), Exit::Usage);
}
