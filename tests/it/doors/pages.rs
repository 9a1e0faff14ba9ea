//! What our pages may do, and what pages of other sites may ask: rules of content, origins, requests with a cookie.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::super::{
    staff::rights,
    support::{Home, Server},
};

/// Every page script and style, tests left out.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() && name != "node_modules" {
            sources(&path, found);
        } else if !name.ends_with(".test.js")
            && [".js", ".html", ".svg"].iter().any(|end| name.ends_with(end))
        {
            found.push(path);
        }
    }
}

/// What would make code or markup of a text.
const FORBIDDEN: [&str; 16] = [
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "DOMParser",
    "createContextualFragment",
    "setHTMLUnsafe",
    "srcdoc",
    "eval(",
    "new Function",
    "setTimeout('",
    "setTimeout(\"",
    "setTimeout(`",
    "javascript:",
    "onerror=",
    "onload=",
];

#[test]
fn no_page_makes_markup_or_code_of_a_text() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("web"), &mut files);
    assert!(files.len() > 100, "{} files", files.len());
    for file in files {
        let text = fs::read_to_string(&file).expect("a source can be read");
        for (number, line) in text.lines().enumerate() {
            let word = FORBIDDEN.iter().find(|word| line.contains(*word));
            // A comment may name what is not done.
            let said = line.trim_start().starts_with("//") || line.trim_start().starts_with('*');
            assert!(word.is_none() || said, "{}:{}: {}", file.display(), number + 1, line.trim());
        }
        if file.extension().is_some_and(|end| end == "html") {
            let inline = text
                .split("<script")
                .skip(1)
                .any(|script| !script.split('>').next().unwrap_or("").contains("src="));
            assert!(!inline, "{} has a script of its own", file.display());
        }
        if file.extension().is_some_and(|end| end == "svg") {
            for word in ["<script", "<foreignObject", "href=\"http", " onclick", " onbegin", " onmouse"] {
                assert!(!text.contains(word), "{} has {word}", file.display());
            }
        }
    }
}

#[tokio::test]
async fn rules_of_content_allow_our_own_scripts_alone() {
    let server = Server::start().await;
    for path in ["/", "/desk", "/desk/report", "/console"] {
        let page = server.http("GET", path, &[], "").await;
        let policy = page.header("content-security-policy").to_owned();
        let rule = |name: &str| {
            let rules = policy.split(';').map(str::trim);
            let found = rules.filter_map(|rule| rule.split_once(' ')).find(|(found, _)| *found == name);
            found.map(|(_, sources)| sources.to_owned())
        };
        let scripts = rule("script-src").or_else(|| rule("default-src")).expect("a rule for scripts");
        assert_eq!(scripts, "'self'", "{path}");
        for (name, expected) in [
            ("object-src", "'none'"),
            ("base-uri", "'none'"),
            ("form-action", "'self'"),
            ("frame-ancestors", "'self'"),
        ] {
            assert_eq!(rule(name).as_deref(), Some(expected), "{path}: {name}");
        }
        assert!(!policy.contains("unsafe-eval"), "{path}: {policy}");
    }
    // What is no page of ours is shown as no page at all.
    for path in ["/widget.js", "/api/v1/openapi.json", "/api/v1/nothing", "/nothing"] {
        let answer = server.http("GET", path, &[], "").await;
        assert!(!answer.header("content-type").starts_with("text/html"), "{path}");
    }
}

#[tokio::test]
async fn every_route_that_changes_something_by_a_cookie_refuses_other_sites() {
    let server = Server::start().await;
    let cookie = server.owner().await;
    let own = format!("http://{}", server.address());
    let mut tried = 0;
    for (method, path, body, allowed) in rights() {
        let by_cookie = method != "GET" && !allowed.is_empty() && !path.contains("/demo/");
        if !by_cookie || path == "/api/v1/session" {
            // Signing in and out have their own test in `staff`.
            continue;
        }
        let mut filled = path.replace("{shop}", "demo").replace("{number}", "99");
        for place in ["{id}", "{session}"] {
            filled = filled.replace(place, "unknown");
        }
        let ask = async |headers: &[(&str, &str)]| {
            let mut all = vec![("content-type", "application/json"), ("cookie", cookie.as_str())];
            all.extend_from_slice(headers);
            server.http(method, &filled, &all, &body.to_string()).await
        };
        for headers in [
            &[("origin", "https://other.example")][..],
            &[("origin", "null")],
            &[("origin", "https://other.example"), ("sec-fetch-site", "cross-site")],
            // A browser that leaves `Origin` out says where the request comes from in its own way.
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
        ] {
            let refused = ask(headers).await;
            assert_eq!(refused.error(), (403, "forbidden".to_owned()), "{method} {path} with {headers:?}");
            tried += 1;
        }
        for headers in [
            &[("origin", own.as_str()), ("sec-fetch-site", "same-origin")][..],
            &[("sec-fetch-site", "none")],
            &[],
        ] {
            let ours = ask(headers).await;
            assert_ne!(ours.error_code(), "forbidden", "{method} {path} with {headers:?}: {}", ours.body);
        }
    }
    assert!(tried > 100, "{tried}");
}

#[tokio::test]
async fn a_shop_is_embedded_where_it_says_and_no_answer_goes_to_a_page_with_a_cookie() {
    let server = Server::start_in(Home::in_memory()).await;
    let cookie = server.owner().await;
    for (origin, expected) in [
        ("https://shop.example", None),
        ("http://shop.example", Some(403)),
        ("https://shop.example.evil", Some(403)),
        ("https://evil.example/https://shop.example", Some(403)),
        ("https://shop.example@evil.example", Some(403)),
        ("https://shop.example:444", Some(403)),
        ("null", Some(403)),
        ("", Some(403)),
        ("file://", Some(403)),
    ] {
        let refused = server.connect("/ws/chat?shop=demo", &[("origin", origin)]).await.err();
        assert_eq!(refused, expected, "{origin}");
        let own = (!origin.is_empty()).then_some(("origin", origin));
        let desk: Vec<_> = [("cookie", cookie.as_str())].into_iter().chain(own).collect();
        if own.is_some() {
            assert_eq!(server.connect("/ws/desk", &desk).await.err(), Some(403), "{origin} at the desk");
        }
    }
    for path in [
        "/api/v1/session",
        "/api/v1/console/shops",
        "/api/v1/uploads/unknown",
        "/api/v1/conversations/x/messages",
    ] {
        let headers = [("origin", "https://evil.example"), ("cookie", cookie.as_str())];
        let answer = server.http("GET", path, &headers, "").await;
        assert_eq!(answer.header("access-control-allow-credentials"), "", "{path}");
        let readable = answer.header("access-control-allow-origin");
        // Where a page may read the answer, the cookie is not sent along, for credentials are not allowed.
        assert!(["", "*"].contains(&readable), "{path}: {readable}");
    }
    let asked = [
        ("origin", "https://evil.example"),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "x-forwarded-host"),
    ];
    let answer = server.http("OPTIONS", "/api/v1/console/shops/demo/files", &asked, "").await;
    assert_eq!(answer.header("access-control-allow-origin"), "", "{}", answer.status);
}
