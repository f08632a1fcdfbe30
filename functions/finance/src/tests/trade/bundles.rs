//! Products that are made of others.
use serde_json::{Value, json};
use testdb::Answer;

use crate::{
    invoices,
    products::{create, delete, find, update},
    quotes,
    tests::golden::{Books, pence},
};

impl Books {
    async fn product(&self, key: &str, price: i64, tax_code: &str, parts: &Value) -> Answer {
        let body = json!({
            "key": key, "short_name": key, "label": { "de": key, "en": key }, "category": "advice",
            "actor": "platform", "list_price": pence(price), "tax_code": tax_code, "parts": parts,
        });
        self.app.call(&create::ROUTE, self.call("treasurer").json(&body)).await
    }
}

fn part(product: &Value, quantity: &str) -> Value {
    json!({ "product_id": product["id"], "quantity": quantity })
}

fn amounts(document: &Value, member: &str) -> Vec<i64> {
    let lines = document["lines"].as_array().unwrap().iter();
    lines.map(|line| line[member]["amount"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_bundle_keeps_its_parts_and_is_in_no_other() {
    let books = Books::new().await;
    let survey = books.product("survey", 10_000, "GB_STANDARD", &json!([])).await.body;
    let loft = books.product("loft", 5_000, "GB_ZERO", &json!([])).await.body;
    let parts = json!([part(&loft, "2.5"), part(&survey, "1")]);

    let both = books.product("both", 20_000, "GB_STANDARD", &parts).await;
    let found = books.on(&find::ROUTE, &both.body, &Value::Null).await;
    let nested = books.product("nested", 1, "GB_ZERO", &json!([part(&both.body, "1")])).await;
    let twice = json!([part(&loft, "1"), part(&loft, "2")]);
    let twice = books.product("twice", 1, "GB_ZERO", &twice).await;
    let unknown =
        json!([{ "product_id": "00000000-0000-4000-8000-000000000000", "quantity": "1" }]);
    let unknown = books.product("unknown", 1, "GB_ZERO", &unknown).await;
    let euros = json!([{ "product_id": "1b18d087-02c5-5c3c-b47f-7a6222b9ca10", "quantity": "1" }]);
    let euros = books.product("euros", 1, "GB_ZERO", &euros).await;
    let set = async |product: &Value, parts: Value| {
        books.on(&update::ROUTE, product, &json!({ "parts": parts })).await
    };
    let below = set(&survey, json!([part(&loft, "1")])).await;
    let itself = set(&both.body, json!([part(&both.body, "1")])).await;
    let in_use = books.on(&delete::ROUTE, &survey, &Value::Null).await;
    let full = books.on(&delete::ROUTE, &both.body, &Value::Null).await;
    let swapped = set(&both.body, json!([part(&survey, "3")])).await;
    let stale = set(&both.body, json!([])).await;
    let renamed = json!({ "short_name": "Both" });
    let renamed = books.on(&update::ROUTE, &swapped.body, &renamed).await;
    let none = set(&renamed.body, json!([])).await;
    let gone = books.on(&delete::ROUTE, &none.body, &Value::Null).await;

    assert_eq!(both.status, 201, "{}", both.body);
    let wanted = json!([
        { "product_id": loft["id"], "key": "loft", "quantity": "2.5" },
        { "product_id": survey["id"], "key": "survey", "quantity": "1" },
    ]);
    assert_eq!((&both.body["parts"], &found.body["parts"]), (&wanted, &wanted));
    assert_eq!((&both.body["is_bundle"], &loft["is_bundle"]), (&json!(true), &json!(false)));
    for refused in [&nested, &twice, &unknown, &euros, &below, &itself] {
        assert_eq!((refused.status, refused.place()), (422, "/parts"), "{}", refused.body);
    }
    for refused in [&in_use, &full] {
        assert_eq!((refused.status, refused.code()), (409, "conflict"), "{}", refused.body);
    }
    assert_eq!(swapped.body["parts"][0]["quantity"], "3", "{}", swapped.body);
    assert_eq!(stale.status, 412, "{}", stale.body);
    assert_eq!(renamed.body["parts"], swapped.body["parts"], "a patch without parts leaves them");
    assert_eq!((&none.body["parts"], &none.body["is_bundle"]), (&json!([]), &json!(false)));
    assert_eq!(gone.status, 204, "{}", gone.body);
}

#[tokio::test]
async fn the_price_of_a_bundle_is_shared_to_the_penny_and_each_part_is_taxed_as_it_is() {
    let books = Books::new().await;
    let mut parts = Vec::new();
    for (key, tax_code) in [("a", "GB_STANDARD"), ("b", "GB_REDUCED"), ("c", "GB_ZERO")] {
        let product = books.product(key, 3_000, tax_code, &json!([])).await.body;
        parts.push(part(&product, "2"));
    }
    let bundle = books.product("bundle", 10_000, "GB_STANDARD", &json!(parts)).await.body;
    let free = books.product("free", 0, "GB_ZERO", &json!([])).await.body;
    let gift = books.product("gift", 101, "GB_ZERO", &json!([part(&free, "1")])).await.body;
    let of = |product: &Value, more: Value| {
        let mut line = json!({ "product_id": product["id"], "quantity": "1" });
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "lines": [line] })
    };
    let draft = async |more: Value| books.drafted(&invoices::create::ROUTE, &more).await;

    let whole = draft(of(&bundle, json!({}))).await;
    let cheaper = draft(of(&bundle, json!({ "quantity": "1.5", "discount_bp": 1_000 }))).await;
    let back = draft(json!({ "lines": [
        { "product_id": bundle["id"], "quantity": "2" },
        { "product_id": bundle["id"], "quantity": "1", "unit_price": pence(-101) },
    ] }))
    .await;
    let one = draft(of(&bundle, json!({ "tax_code": "GB_STANDARD" }))).await;
    let gift = draft(of(&gift, json!({}))).await;
    let quote = of(&bundle, json!({ "is_optional": true, "component_type": "roof" }));
    let quote = books.drafted(&quotes::create::ROUTE, &quote).await;
    let terms = json!({ "terms": "Other", "discount_bp": 0 });
    let kept = books.on(&quotes::update::ROUTE, &quote, &terms).await.body;
    let issued = books.on(&invoices::issue::ROUTE, &whole, &json!({})).await;
    let many = json!({
        "customer_ref": super::CUSTOMER, "customer": { "name": "Kitchen" }, "currency": "GBP",
        "lines": vec![json!({ "product_id": bundle["id"], "quantity": "1" }); 334],
    });
    let many = books.app.call(&invoices::create::ROUTE, books.call("treasurer").json(&many)).await;

    assert_eq!(amounts(&whole, "net"), [3_334, 3_333, 3_333], "{whole}");
    assert_eq!(amounts(&whole, "tax"), [667, 167, 0]);
    assert_eq!(whole["total"], pence(10_834));
    assert_eq!(whole["lines"][0]["description"], "bundle: 2 x a");
    assert_eq!(amounts(&cheaper, "net"), [4_500, 4_500, 4_500]);
    assert_eq!(cheaper["lines"][0]["description"], "bundle: 3 x a");
    assert_eq!(amounts(&back, "net"), [6_667, 6_667, 6_666, -34, -34, -33]);
    assert_eq!((amounts(&one, "net"), amounts(&one, "tax")), (vec![10_000], vec![2_000]));
    assert_eq!(amounts(&gift, "net"), [101], "parts without a price share alike");
    assert_eq!((amounts(&quote, "net"), &quote["total"]), (vec![3_334, 3_333, 3_333], &pence(0)));
    assert!(
        quote["lines"]
            .as_array()
            .unwrap()
            .iter()
            .all(|line| { line["is_optional"] == true && line["component_type"] == "roof" })
    );
    let same = |quote: &Value| (amounts(quote, "net"), quote["lines"][1]["description"].clone());
    assert_eq!(same(&kept), same(&quote), "what is priced again is not shared again");
    assert_eq!(issued.status, 200, "{}", issued.body);
    assert_eq!((many.status, many.place()), (422, "/lines"), "{}", many.body);
    books.are_sound().await;
}

#[tokio::test]
async fn a_bundle_has_at_most_50_parts_and_a_document_1000_lines_with_them() {
    let books = Books::new().await;
    let mut parts = Vec::new();
    for number in 0..51 {
        let made = books.product(&format!("part-{number}"), 100, "GB_ZERO", &json!([])).await;
        parts.push(part(&made.body, "1"));
    }

    let most = books.product("most", 5_000, "GB_ZERO", &json!(parts[..50])).await;
    let more = books.product("more", 5_100, "GB_ZERO", &json!(parts)).await;
    let grown = books.on(&update::ROUTE, &most.body, &json!({ "parts": parts })).await;
    let bundles = |count: usize| vec![part(&most.body, "1"); count];
    let full = books.drafted(&invoices::create::ROUTE, &json!({ "lines": bundles(20) })).await;
    let mut lines = bundles(20);
    lines.push(parts[0].clone());
    let over = books.on(&invoices::update::ROUTE, &full, &json!({ "lines": lines })).await;
    let quote = books.drafted(&quotes::create::ROUTE, &json!({ "lines": bundles(20) })).await;
    let above = books.on(&quotes::update::ROUTE, &quote, &json!({ "lines": lines })).await;

    assert_eq!(most.status, 201, "{}", most.body);
    assert_eq!(most.body["parts"].as_array().unwrap().len(), 50);
    for refused in [&more, &grown] {
        assert_eq!((refused.status, refused.place()), (422, "/parts"), "{}", refused.body);
    }
    for document in [&full, &quote] {
        assert_eq!((amounts(document, "net").len(), &document["net"]), (1000, &pence(100_000)));
    }
    for refused in [&over, &above] {
        assert_eq!((refused.status, refused.place()), (422, "/lines"), "{}", refused.body);
    }
}
