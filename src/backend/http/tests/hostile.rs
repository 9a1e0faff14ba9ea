//! Answers that are none, things that were not asked for, and ids that would lead elsewhere.

use super::*;

fn an_order(id: &str, shopper: &str) -> String {
    wire::encode(&samples::order(id, shopper, 0))
}

/// Answers that no read and no change may take for one.
fn no_answers() -> Vec<(&'static str, Reaction)> {
    let bytes = |text: &str| Reaction::Bytes(text.as_bytes().to_vec());
    let long = "x".repeat(PATIENT.body + 1);
    let endless =
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n50000\r\n{}", "[".repeat(0x50000));
    let mut list = vec![
        ("nothing at all", bytes("")),
        ("no HTTP", bytes("220 mail.example.com ESMTP\r\n")),
        ("headers without end", bytes(&format!("HTTP/1.1 200 OK\r\nx: {}", "x".repeat(1 << 20)))),
        ("a body that breaks off", bytes("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n\"done\"")),
        ("two lengths", bytes("HTTP/1.1 200 OK\r\ncontent-length: 6\r\ncontent-length: 7\r\n\r\n\"done\"")),
        ("too long a body", answer(200, &long)),
        ("a body without end", bytes(&endless)),
        ("not UTF-8", Reaction::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n\"\xff".to_vec())),
        ("deep", answer(200, &"[".repeat(200_000))),
        (
            "a redirect",
            bytes("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"),
        ),
    ];
    let bodies = [
        "",
        "null",
        "true",
        "{}",
        "[]",
        "[1]",
        "\"ok\"",
        "\"done",
        "<html>",
        "{\"id\":\"1\"}",
        "{\"done\":1}",
    ];
    list.extend(bodies.map(|body| ("another body", answer(200, body))));
    let statuses =
        [201, 202, 204, 206, 300, 301, 307, 400, 401, 403, 405, 409, 410, 418, 422, 429, 500, 502, 503];
    list.extend(statuses.map(|status| ("another status", answer(status, "\"done\""))));
    list
}

#[tokio::test]
async fn whatever_is_no_documented_answer_is_none() {
    for (name, reaction) in no_answers() {
        let (client, _) = client_of([reaction]).await;
        let error = told(client.order(&shop(), &"1".into()).await);
        assert!(error.starts_with("the shop's system does not answer: "), "{name}: {error}");
        assert!(error.len() < 300 && !error.contains("done"), "nothing of the body is told: {error}");
    }
    for (name, reaction) in no_answers() {
        let (client, _) = client_of([reaction]).await;
        let outcome = client.apply(&shop(), &a_change("k"), at(0)).await;
        assert!(outcome.is_err(), "{name}: {outcome:?}");
    }
    // A list may be empty; else the same holds of it. A missing list is a wrong address.
    for (name, reaction) in no_answers().into_iter().chain([("not found", answer(404, "[]"))]) {
        let empty = matches!(&reaction, Reaction::Bytes(bytes) if bytes.ends_with(b"\r\n\r\n[]"))
            && matches!(&reaction, Reaction::Bytes(bytes) if bytes.starts_with(b"HTTP/1.1 200"));
        let (client, _) = client_of([reaction]).await;
        assert_eq!(client.orders_of(&shop(), &"lin".into()).await.is_ok(), empty, "{name}");
    }
}

#[tokio::test]
async fn a_change_is_done_only_by_the_words_for_it() {
    let cancel = Change {
        key: "k".to_owned(),
        request: ChangeRequest::CancelOrder { shopper: "lin".into(), order: "1".into() },
    };
    let refused = |code: &str| Ok(ChangeOutcome::Refused(code.to_owned()));
    let opened = Ok(ChangeOutcome::TicketOpened("T1".into()));
    for (change, status, body, expected) in [
        (&cancel, 200, "\"done\"", Ok(ChangeOutcome::Done)),
        (&cancel, 200, "{\"refused\":\"too_late\"}", refused("too_late")),
        (&cancel, 200, "{\"ticket_opened\":\"T1\"}", Err(())),
        (&cancel, 200, "\"Done\"", Err(())),
        (&cancel, 200, "{\"refused\":\"\"}", Err(())),
        (&cancel, 200, "{\"refused\":\"Sorry, no!\"}", Err(())),
        (&cancel, 200, "{\"refused\":\"a\",\"ticket_opened\":\"T1\"}", Err(())),
        (&cancel, 404, "{\"refused\":\"unknown_order\"}", Err(())),
        (&cancel, 409, "{\"refused\":\"too_late\"}", Err(())),
        (&a_change("k"), 200, "{\"ticket_opened\":\"T1\"}", opened),
        (&a_change("k"), 200, "{\"refused\":\"units_claimed\"}", refused("units_claimed")),
        (&a_change("k"), 200, "\"done\"", Err(())),
        (&a_change("k"), 200, "{\"ticket_opened\":\"\"}", Err(())),
        (&a_change("k"), 200, "{\"ticket_opened\":7}", Err(())),
    ] {
        let (client, _) = client_of([answer(status, body)]).await;
        let found = client.apply(&shop(), change, at(0)).await.map_err(drop);
        assert_eq!(found, expected, "{status} {body}");
    }
}

#[tokio::test]
async fn what_is_somebody_elses_or_something_else_is_no_answer() {
    let list = |orders: &[Order]| answer(200, &wire::encode_list(orders));
    let (mine, theirs) = (samples::order("1", "lin", 0), samples::order("2", "wang", 0));
    let (client, _) = client_of([
        answer(200, &an_order("2", "lin")),
        list(&[mine.clone(), theirs.clone()]),
        answer(200, &an_order("1", "lin")),
        answer(200, &an_order("1", "wang")),
        list(&[mine.clone(), theirs.clone()]),
        answer(404, ""),
        answer(200, &an_order("1", "lin").replace("CNY", "JPY").replace(".00", "").replace(".30", "")),
    ])
    .await;
    assert!(client.order(&shop(), &"1".into()).await.is_err(), "another order");
    assert!(client.orders_of(&shop(), &"lin".into()).await.is_err(), "another shopper's order in the list");
    assert!(client.order_by_tracking(&shop(), "SF2").await.is_err(), "another parcel");
    let whose = client.order(&shop(), &"1".into()).await.expect("whosever it is; the engine knows who asks");
    assert_eq!(whose.map(|order| order.shopper), Some("wang".into()));
    assert_eq!(
        client.recent_orders(&shop(), 1).await.expect("two were sent"),
        [mine],
        "never more than asked for"
    );
    assert_eq!(client.order(&shop(), &"1".into()).await.expect("404 is an answer"), None);
    let error = told(client.order(&shop(), &"1".into()).await);
    assert!(error.ends_with("an amount in another currency than the shop's"), "{error}");
}

#[tokio::test]
async fn a_large_answer_is_read_elsewhere_and_whole() {
    let products: Vec<Product> = (0..200).map(|number| samples::product(&format!("p{number}"))).collect();
    let body = wire::encode_list(&products);
    assert!(LARGE < body.len() && body.len() < PATIENT.body);
    let (client, _) = client_of([answer(200, &body)]).await;
    assert_eq!(client.products(&shop()).await.expect("the documented form"), products);
}

#[tokio::test]
async fn an_id_stays_in_its_place() {
    let (client, requests) = client_of((0..3).map(|_| answer(404, ""))).await;
    for id in ["a/b?admin=1#x", "订单 1", "x\r\nauthorization: none"] {
        assert_eq!(client.order(&shop(), &id.into()).await.expect("404 is an answer"), None);
    }
    let asked: Vec<String> =
        requests.lock().unwrap().iter().map(|request| request.lines().next().unwrap().to_owned()).collect();
    let expected = ["a%2Fb%3Fadmin%3D1%23x", "%E8%AE%A2%E5%8D%95%201", "x%0D%0Aauthorization%3A%20none"];
    assert_eq!(asked, expected.map(|id| format!("GET /base/orders/{id} HTTP/1.1")));
    // These would be other paths to a proxy that resolves them; nothing is asked for at all.
    for id in ["", ".", "..", "../changes", "a/../../admin", "..\\admin"] {
        assert_eq!(client.order(&shop(), &id.into()).await.expect("nothing has such an id"), None);
        assert_eq!(client.product(&shop(), &id.into()).await.expect("nothing has such an id"), None);
        assert_eq!(client.orders_of(&shop(), &id.into()).await.expect("nobody has such an id"), []);
    }
}

#[tokio::test]
async fn a_token_is_shown_to_the_system_and_to_nobody_else() {
    let secret = "s3cret-t0ken";
    let (url, requests) = system([answer(404, ""), answer(401, secret), Reaction::Hang]).await;
    let shown = client(url.clone(), Some(secret), PATIENT);
    shown.order(&shop(), &"1".into()).await.expect("404 is an answer");
    let expected = format!("\r\nauthorization: Bearer {secret}\r\n");
    assert!(requests.lock().unwrap()[0].contains(&expected), "{:?}", requests.lock().unwrap());
    let mut errors = vec![told(shown.order(&shop(), &"1".into()).await)];
    errors.push(told(client(url.clone(), Some(secret), HASTY).apply(&shop(), &a_change("k"), at(0)).await));
    errors.push(told(client(url.clone(), Some("s3cret\n"), PATIENT).order(&shop(), &"1".into()).await));
    errors.push(told(client(url, Some("none to be had"), PATIENT).order(&shop(), &"1".into()).await));
    for error in errors {
        assert!(!error.contains("s3cret"), "{error}");
    }
    assert_eq!(requests.lock().unwrap().len(), 3, "without its token nothing is asked");
}

#[tokio::test]
async fn a_silent_system_is_soon_not_waited_for() {
    let (url, requests) = system((0..5).map(|_| Reaction::Hang).chain([answer(500, "")])).await;
    let client = client(url, None, HASTY);
    for _ in 0..5 {
        let error = told(client.shopper(&shop(), &"lin".into()).await);
        assert!(error.ends_with("it did not answer within 50 ms"), "{error}");
    }
    let error = told(client.shopper(&shop(), &"lin".into()).await);
    assert!(error.ends_with("is not asked for a moment"), "{error}");
    assert_eq!(requests.lock().unwrap().len(), 5);
    // A change has nobody waiting and is tried all the same.
    told(client.apply(&shop(), &a_change("k"), at(0)).await);
    assert_eq!(requests.lock().unwrap().len(), 6);
}

#[tokio::test]
async fn a_bad_answer_is_no_silence() {
    let (client, requests) = client_of((0..12).map(|_| answer(500, ""))).await;
    for _ in 0..12 {
        let error = told(client.shopper(&shop(), &"lin".into()).await);
        assert!(error.ends_with("it answered with status 500"), "{error}");
    }
    assert_eq!(requests.lock().unwrap().len(), 12);
}

#[tokio::test]
async fn nobody_at_the_address_is_told_as_such() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = told(client(format!("http://{free}"), None, PATIENT).products(&shop()).await);
    assert!(error.contains("it can't be reached: "), "{error}");
    let error = told(client(format!("https://{free}"), None, PATIENT).products(&shop()).await);
    assert!(error.contains("it can't be reached: "), "{error}");
}
