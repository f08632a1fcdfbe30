use std::time::Duration;

use db::{Access, Domain, Pool};
use testdb::App;
use tokio::time::Instant;

use crate::{
    audit::{Verified, exit, report, verify},
    failure::Exit,
};

async fn verified(app: &App) -> Verified {
    let var = |name: &str| app.var(name).map(str::to_owned);
    let pool = Pool::find(Domain::Content, Access::Write, "test", var).unwrap();
    verify(&pool.begin(Instant::now() + Duration::from_secs(30))).await.unwrap()
}

#[tokio::test]
async fn the_first_broken_entry_is_named_and_is_a_failure() {
    let app = App::new(Domain::Content).await;
    app.execute(
        "insert into content.audit_logs (id, actor_kind, action, change_type)
         select ('00000000-0000-4000-8000-00000000000' || n)::uuid, 'system', 'thing.done', 'other'
         from generate_series(1, 3) as n",
    )
    .await;
    app.run(&content::jobs::seal_audit::JOB).await.result.unwrap();
    let sound = verified(&app).await;

    app.execute(
        "alter table content.audit_logs disable trigger refuse_change;
         update content.audit_logs set action = 'thing.undone' where id::text ~ '^0{8}-.*[23]$'",
    )
    .await;
    let broken = verified(&app).await;

    let place =
        "select min(seq)::text from content.audit_seals where entry_id::text ~ '^0{8}-.*[23]$'";
    let place = app.value(place).await;
    let text = report(&[broken]);
    assert!(text.contains(&format!("link {place}, entry 00000000-0000-4000-8000-")), "{text}");
    assert!(text.contains("the entry is not what was sealed"), "{text}");
    assert_eq!((exit(&[sound]), exit(&[verified(&app).await])), (Exit::Ok, Exit::Drift));
}
