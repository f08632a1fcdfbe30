//! Databases for a moment: dropped at the end, swept after a crash, copied from what is made once.
use db::Domain;

use super::sandbox::Sandbox;
use crate::{
    Error, Running, Scratch, Template,
    admin::{value, wait},
    scratch::{admin, sweep},
};

async fn databases(running: &Running, prefix: &str) -> u32 {
    let admin = admin(running).await.unwrap();
    let sql = format!("select count(*) from pg_database where starts_with(datname, '{prefix}')");
    value(&admin, &sql).await.unwrap().unwrap().parse().unwrap()
}

#[test]
fn a_scratch_database_is_its_owners_and_goes_with_its_value() {
    let sandbox = Sandbox::shared();
    let (running, _) = sandbox.up();

    let (owner, during) = wait(async {
        let scratch = Scratch::empty(&running, Domain::Content, "goes").await?;
        let owner = scratch.owner().await?;
        let who = "select current_user || ' ' || (select rolsuper from pg_roles where rolname = current_user)";
        let who = value(&owner, who).await.unwrap();
        Ok((who, databases(&running, "scratch_goes_").await))
    })
    .unwrap();

    let after = wait(async { Ok(databases(&running, "scratch_goes_").await) }).unwrap();
    assert_eq!((owner.as_deref(), during, after), (Some("content_owner false"), 1, 0));
}

#[test]
fn a_template_is_made_once_and_never_half() {
    let sandbox = Sandbox::shared();
    let (running, _) = sandbox.up();

    let made = wait(async {
        let mut made = 0;
        let failed = Template::get(&running, Domain::Content, "once", b"x", None, async |_| {
            Err(Error::NoRoot)
        })
        .await;
        assert!(matches!(failed, Err(Error::NoRoot)));
        for content in [b"x", b"x", b"y"] {
            let template = Template::get(
                &running,
                Domain::Content,
                "once",
                content,
                Some(b"x"),
                async |empty| {
                    made += 1;
                    let owner = empty.owner().await?;
                    let made = "create schema if not exists made";
                    owner.batch_execute(made).await.map_err(Error::sql("make"))
                },
            )
            .await?;
            let copy = template.copy("once").await?;
            let owner = copy.owner().await?;
            let found = "select to_regnamespace('made')::text";
            assert_eq!(value(&owner, found).await.unwrap().as_deref(), Some("made"));
        }
        let first = async |domain| {
            let contents = [b"z".as_slice(), b"y", b"x"];
            Template::first_made(&running, domain, "once", contents).await
        };
        assert_eq!(first(Domain::Content).await?, Some(b"y".as_slice()));
        assert_eq!(first(Domain::Finance).await?, None);
        Ok(made)
    });

    assert_eq!(made.unwrap(), 2);
}

#[test]
fn templates_go_when_many_are_newer_and_they_were_not_used_for_a_while() {
    let sandbox = Sandbox::shared();
    let (running, _) = sandbox.up();
    let make = async |content: u8| {
        let nothing = async |_: &Scratch| Ok::<(), Error>(());
        Template::get(&running, Domain::Content, "crowd", &[content], None, nothing).await
    };

    let (busy, idle) = wait(async {
        let mut names = Vec::new();
        for content in 0..17 {
            names.push(make(content).await?.name);
        }
        let busy = databases(&running, "template_crowd_").await;
        let admin = admin(&running).await?;
        for name in names {
            let long_ago = format!("comment on database {name} is 'used 2026-01-01 00:00:00'");
            admin.batch_execute(&long_ago).await.unwrap();
        }
        make(17).await?;
        Ok((busy, databases(&running, "template_crowd_").await))
    })
    .unwrap();

    assert_eq!((busy, idle), (17, 16));
}

#[test]
fn what_a_killed_process_left_is_swept_and_what_is_in_use_stays() {
    let sandbox = Sandbox::shared();
    let (running, _) = sandbox.up();

    let left = wait(async {
        let used = Scratch::empty(&running, Domain::Content, "used").await?;
        let admin = admin(&running).await?;
        let orphan = "create database scratch_orphan_content_1_0 template template0";
        admin.batch_execute(orphan).await.unwrap();

        sweep(&admin).await?;

        assert!(used.owner().await.is_ok());
        Ok(databases(&running, "scratch_orphan_").await)
    });

    assert_eq!(left.unwrap(), 0);
}
