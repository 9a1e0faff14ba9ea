//! The files that `xiaoer deploy` writes, each held to the rules of what reads it. What the flags do to them in detail is
//! tested beside the code.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Component, Path, PathBuf},
    process::Command,
};

use regex::Regex;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::operations::Process;

const DATABASE: &str = "postgres://xiaoer:hunter2hunter2@db:5432/xiaoer";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What `xiaoer deploy` prints.
fn deploy(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_xiaoer")).arg("deploy").args(arguments).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The one line by which it refuses.
fn refusal(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_xiaoer")).arg("deploy").args(arguments).output().expect("it runs");
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    let seen = (output.status.code(), told.lines().count(), output.stdout.len());
    assert_eq!(seen, (Some(2), 1, 0), "{arguments:?}: {told}");
    told
}

#[test]
fn what_no_file_could_hold_or_no_server_would_take_is_refused() {
    let many = ["kubernetes", "--database", DATABASE, "--replicas", "3"];
    for (arguments, word) in [
        (&["systemd", "--data", "data"][..], "--data"),
        (&["systemd", "--data", "/var/../etc"], "--data"),
        (&["systemd", "--data", "/var/lib/x\nExecStart=/bin/sh"], "U+000A"),
        (&["systemd", "--binary", "/opt/$x/xiaoer"], "--binary"),
        (&["systemd", "--user", "a b"], "--user"),
        (&["systemd", "--user", "root"], "--user"),
        (&["systemd", "--database", "mysql://db"], "--database"),
        (&["systemd", "--database", "sqlite:relative.db"], "--database"),
        (&["systemd", "--bus", "http://bus"], "--bus"),
        (&["systemd", "--bus", "nats://bus:4222"], "--database"),
        (&["systemd", "--", "--no-such-flag"], "--no-such-flag"),
        (&["systemd", "--", "--database", DATABASE], "before `--`"),
        (&["systemd", "--", "--metrics-listen", "127.0.0.1:9"], "before `--`"),
        (&["kubernetes", "--replicas", "3"], "--database"),
        (&many, "--bus"),
        (&["kubernetes", "--image", "a b"], "--image"),
        (&["kubernetes", "--host", "Shop.Example"], "--host"),
        (&["kubernetes", "--intents", "/elsewhere"], "--intents"),
    ] {
        let told = refusal(arguments);
        assert!(told.contains(word) && !told.contains("hunter2"), "{arguments:?}: {told}");
    }
}

/// What each section of a unit may say.
const UNIT_KEYS: &[(&str, &str)] = &[
    ("Unit", "Description Wants After StartLimitIntervalSec StartLimitBurst"),
    (
        "Service",
        "Type ExecStart Restart RestartSec RestartPreventExitStatus KillSignal TimeoutStopSec TimeoutStartSec EnvironmentFile \
         DynamicUser User Group UMask LimitNOFILE NoNewPrivileges ProtectSystem StateDirectory StateDirectoryMode ReadWritePaths \
         ProtectHome PrivateTmp PrivateDevices ProtectClock ProtectControlGroups ProtectHostname ProtectKernelLogs \
         ProtectKernelModules ProtectKernelTunables ProtectProc RestrictAddressFamilies RestrictNamespaces RestrictRealtime \
         RestrictSUIDSGID RemoveIPC LockPersonality MemoryDenyWriteExecute SystemCallArchitectures SystemCallFilter \
         SystemCallErrorNumber CapabilityBoundingSet AmbientCapabilities",
    ),
    ("Install", "WantedBy"),
];

/// The settings of a unit: section and key with its values.
fn unit(text: &str) -> BTreeMap<(String, String), Vec<String>> {
    let mut settings: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    let mut section = "";
    let whole = text.replace("\\\n", "");
    for line in whole.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = UNIT_KEYS.iter().find(|(known, _)| *known == name).expect("a section of units").0;
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("no setting: {line}"));
        let known =
            UNIT_KEYS.iter().find(|(known, _)| *known == section).expect("a setting is in a section").1;
        assert!(known.split_whitespace().any(|known| known == key), "[{section}] has no {key}");
        settings.entry((section.to_owned(), key.to_owned())).or_default().push(value.to_owned());
    }
    let many = settings.iter().find(|((_, key), values)| 1 < values.len() && key != "ReadWritePaths");
    assert!(many.is_none(), "said twice: {many:?}");
    settings
}

/// The one value of a setting of the service.
fn service<'a>(unit: &'a BTreeMap<(String, String), Vec<String>>, key: &str) -> &'a str {
    unit.get(&("Service".to_owned(), key.to_owned())).map_or("", |values| &values[0])
}

/// Holds a unit against systemd itself, where it is.
fn verify(text: &str) {
    let folder = TempDir::new().expect("a folder can be made");
    let path = folder.path().join("xiaoer.service");
    fs::write(&path, text).expect("it can be written");
    // Where systemd is missing, the list of keys above is all that units are held to; `tests/run` installs it.
    let Ok(output) = Command::new("systemd-analyze").arg("verify").arg(&path).output() else { return };
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!told.contains("xiaoer.service"), "{told}\n{text}");
}

/// Whether a server that is started so goes by what a proxy says, and where its metrics are.
fn watched(text: &str) -> (bool, bool) {
    let here = ["--metrics-listen 127.0.0.1:8081", "\"--metrics-listen\",\"0.0.0.0:8081\""];
    (text.contains("--behind-proxy"), here.iter().any(|flag| text.contains(flag)))
}

#[test]
fn a_proxy_before_the_server_is_believed_and_metrics_are_apart() {
    let exec =
        |more: &[&str]| service(&unit(&deploy(&[&["systemd"], more].concat())), "ExecStart").to_owned();
    assert_eq!(watched(&exec(&[])), (true, true));
    assert_eq!(watched(&exec(&["--listen", "0.0.0.0:443"])), (false, true), "it is the world's own door");
    assert_eq!(watched(&exec(&["--behind-proxy=false"])), (false, true));
    let once = exec(&["--", "--behind-proxy"]);
    assert_eq!(once.matches("--behind-proxy").count(), 1, "{once}");
    assert!(exec(&["--listen", "127.0.0.1:8081"]).contains("--metrics-listen 127.0.0.1:8082"));
    assert!(exec(&["--metrics-listen", "10.0.0.7:9"]).contains("--metrics-listen 10.0.0.7:9"));

    let image = deploy(&["docker"]);
    let command = instructions(&image).pop().expect("a command").1.replace(", ", ",");
    assert_eq!(watched(&command), (true, true), "{command}");
    assert!(image.contains("-p 127.0.0.1:8081:8081") && image.contains("X-Forwarded-For"), "{image}");

    for more in [&[][..], &["--database", DATABASE, "--bus", "nats://bus:4222"]] {
        let objects = objects(&deploy(&[&["kubernetes", "--host", "shop.example"], more].concat()));
        let workload = objects.get("StatefulSet").or(objects.get("Deployment")).expect("a workload");
        let template = &workload["spec"]["template"];
        let container = &template["spec"]["containers"][0];
        assert_eq!(watched(&container["args"].to_string()), (true, true), "{container}");
        assert_eq!(template["metadata"]["annotations"]["prometheus.io/port"], "8081");
        assert_eq!(container["ports"][1], json!({"name": "metrics", "containerPort": 8081}));
        // Neither the world nor the cluster's other pods come there by a name.
        assert_eq!(objects["Service"]["spec"]["ports"].as_array().map(Vec::len), Some(1));
        assert!(!objects["Ingress"].to_string().contains("snippet"));
    }
}

#[test]
fn a_unit_for_one_machine_is_tight_and_whole() {
    let binary = ["systemd", "--binary", env!("CARGO_BIN_EXE_xiaoer")];
    let text = deploy(&binary);
    let plain = unit(&text);
    assert!(service(&plain, "ExecStart").starts_with(env!("CARGO_BIN_EXE_xiaoer")));
    for (key, value) in [
        ("Type", "notify"),
        ("DynamicUser", "yes"),
        ("StateDirectory", "xiaoer"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("NoNewPrivileges", "yes"),
        ("Restart", "on-failure"),
        ("CapabilityBoundingSet", ""),
    ] {
        assert_eq!(service(&plain, key), value, "{key}");
    }
    let number = |key: &str| service(&plain, key).parse::<u64>().expect("a number");
    assert!(50_000 < number("LimitNOFILE"));
    assert!(xiaoer::server::DRAIN_DEADLINE.as_secs() + 10 <= number("TimeoutStopSec"));
    verify(&text);

    let more = [
        "--listen",
        "0.0.0.0:443",
        "--intents",
        "/home/shop keeper/100%",
        "--database",
        DATABASE,
        "--bus",
        "nats://bus:4222",
    ];
    let text = deploy(&[&binary[..], &more, &["--demo=false", "--log-format", "json"]].concat());
    let tailored = unit(&text);
    let exec = service(&tailored, "ExecStart");
    for part in [
        "--listen 0.0.0.0:443",
        "--intents \"/home/shop keeper/100%%\"",
        "--bus nats://bus:4222",
        "--demo=false",
        "--log-format json",
    ] {
        assert!(exec.contains(part), "{part} in {exec}");
    }
    assert!(!exec.contains("--database") && !text.contains("hunter2"), "{text}");
    assert_eq!(service(&tailored, "EnvironmentFile"), "/etc/xiaoer/environment");
    assert!(text.contains("XIAOER_DATABASE=postgres://xiaoer:PASSWORD@db:5432/xiaoer"), "{text}");
    assert_eq!(service(&tailored, "ReadWritePaths"), "\"/home/shop keeper/100%%\"");
    assert_eq!((service(&tailored, "User"), service(&tailored, "ProtectHome")), ("xiaoer", "no"));
    assert_eq!(service(&tailored, "AmbientCapabilities"), "CAP_NET_BIND_SERVICE");
    verify(&text);
}

/// A Dockerfile's instructions: name and rest, continued lines joined and comments left out.
fn instructions(text: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    let whole = lines.join("\n").replace("\\\n", " ");
    let lines = whole.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            let (name, rest) = line.split_once(' ').unwrap_or_else(|| panic!("no instruction: {line}"));
            let known = [
                "FROM",
                "WORKDIR",
                "COPY",
                "RUN",
                "LABEL",
                "USER",
                "VOLUME",
                "EXPOSE",
                "STOPSIGNAL",
                "HEALTHCHECK",
                "ENTRYPOINT",
                "CMD",
            ];
            assert!(known.contains(&name), "{name} is no instruction that we use");
            (name.to_owned(), rest.trim().to_owned())
        })
        .collect()
}

/// Files and folders of the repository that an image copies, each with its destination.
fn copied(instructions: &[(String, String)]) -> Vec<String> {
    let copies = instructions.iter().filter(|(name, rest)| name == "COPY" && !rest.starts_with("--from="));
    let words = copies.map(|(_, rest)| rest.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    words.flat_map(|words| words[..words.len() - 1].to_vec()).collect()
}

#[test]
fn an_image_is_built_of_what_is_here_and_runs_as_nobody() {
    let text =
        deploy(&["docker", "--database", DATABASE, "--bus", "nats://bus:4222", "--listen", "[::]:9000"]);
    assert!(text.starts_with("# syntax="), "only the first line may say so");
    assert!(!text.contains("hunter2"));
    let instructions = instructions(&text);
    let place = |name: &str| {
        instructions.iter().rposition(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}"))
    };
    let rest = |name: &str| instructions[place(name)].1.as_str();
    assert!(place("FROM") < place("USER") && place("USER") < place("ENTRYPOINT"));
    let (user, group) = rest("USER").split_once(':').expect("user and group");
    assert!(user.parse::<u32>().is_ok_and(|user| user != 0) && user == group, "a number that is not root");
    assert_eq!((rest("STOPSIGNAL"), rest("EXPOSE")), ("SIGTERM", "9000 8081"));
    let list =
        |text: &str| serde_json::from_str::<Vec<String>>(text).unwrap_or_else(|_| panic!("no list: {text}"));
    let binary = list(rest("ENTRYPOINT")).remove(0);
    let (_, built) = &instructions[place("COPY")];
    assert_eq!(*built, format!("--from=build {binary} {binary}"), "what is built is what runs");
    let built = instructions
        .iter()
        .find(|(name, rest)| name == "RUN" && rest.contains("cargo build"))
        .expect("it is built");
    assert!(
        built.1.contains("--release --locked")
            && built.1.ends_with(&format!("-o {binary} target/release/xiaoer"))
    );
    let check = rest("HEALTHCHECK");
    let check = list(&check[check.find('[').expect("a list")..]);
    assert_eq!(check, [&binary, "health", "--at", "[::]:9000"]);
    let help =
        Command::new(env!("CARGO_BIN_EXE_xiaoer")).args(["health", "--help"]).output().expect("it runs");
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("--at"));
    assert_eq!(list(rest("CMD"))[..3], ["serve", "--listen", "[::]:9000"]);
    assert_eq!(list(rest("VOLUME")), ["/data"]);
}

/// Cargo refuses a folder in which a file that it needs is missing; so a copy of what the image copies tells whether all
/// of it is there.
#[test]
fn an_image_copies_all_that_the_build_needs() {
    let sources = copied(&instructions(&deploy(&["docker"])));
    let folder = TempDir::new().expect("a folder can be made");
    for source in &sources {
        let from = root().join(source);
        assert!(from.exists(), "{source} is not in the repository");
        std::os::unix::fs::symlink(from, folder.path().join(source)).expect("a link can be made");
    }
    let manifest = folder.path().join("Cargo.toml");
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version=1", "--offline", "--manifest-path"])
        .arg(manifest)
        .output()
        .expect("cargo runs");
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let included = Regex::new(r#"(?:include_(?:str|bytes)!\(|#\[folder = )\s*"([^"]+)""#).expect("a pattern");
    let mut found = 0;
    // Nor is a file of tests.
    let is_test = |file: &PathBuf| file.file_name().is_some_and(|name| name == "tests.rs");
    for file in sources_of(&root().join("src")).into_iter().filter(|file| !is_test(file)) {
        let text = fs::read_to_string(&file).expect("it can be read");
        // What only tests include is not built for an image.
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for path in included.captures_iter(text).map(|found| found[1].to_owned()) {
            // A folder is named from the top, a file from where it is named.
            let base = if path.ends_with('/') {
                root()
            } else {
                file.parent().expect("it is in a folder").to_owned()
            };
            let top = top_of(&base.join(&path));
            assert!(sources.contains(&top), "{} includes {path}", file.display());
            found += 1;
        }
    }
    assert!(10 < found, "the pattern finds what is included: {found}");
}

fn sources_of(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("it can be read").map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let inner = folders.iter().flat_map(|folder| sources_of(folder));
    inner.chain(files.into_iter().filter(|path| path.extension().is_some_and(|ext| ext == "rs"))).collect()
}

/// The first part of a path below the repository, `..` followed.
fn top_of(path: &Path) -> String {
    let mut parts = Vec::new();
    for part in path.strip_prefix(root()).expect("it is in the repository").components() {
        match part {
            Component::ParentDir => drop(parts.pop()),
            part => parts.push(part.as_os_str().to_string_lossy().into_owned()),
        }
    }
    parts.swap_remove(0)
}

/// The objects of a file, by their kind.
fn objects(text: &str) -> BTreeMap<String, Value> {
    let documents: Vec<Value> =
        serde_saphyr::from_multiple(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut objects = BTreeMap::new();
    for object in documents.into_iter().filter(|object| !object.is_null()) {
        assert!(object["apiVersion"].is_string() && object["metadata"]["name"].is_string(), "{object}");
        let kind = object["kind"].as_str().expect("a kind").to_owned();
        assert!(objects.insert(kind, object).is_none(), "one of each kind");
    }
    objects
}

/// What holds for the pods of any workload.
fn assert_pods_are_sound(workload: &Value, service: &Value) {
    let (template, selector) = (&workload["spec"]["template"], &workload["spec"]["selector"]["matchLabels"]);
    for (label, value) in selector.as_object().expect("labels") {
        assert_eq!(&template["metadata"]["labels"][label], value);
        assert_eq!(&service["spec"]["selector"][label], value);
    }
    let pod = &template["spec"];
    let container = &pod["containers"][0];
    for (probe, path) in
        [("startupProbe", "/healthz"), ("readinessProbe", "/readyz"), ("livenessProbe", "/healthz")]
    {
        assert_eq!(container[probe]["httpGet"], json!({"path": path, "port": "http"}), "{probe}");
    }
    let port = container["ports"]
        .as_array()
        .expect("ports")
        .iter()
        .find(|port| port["name"] == "http")
        .expect("a port");
    assert_eq!(
        (&port["containerPort"], &service["spec"]["ports"][0]["targetPort"]),
        (&json!(8080), &json!("http"))
    );
    assert_eq!(service["spec"]["sessionAffinity"], "None");
    let volumes = pod["volumes"].as_array().expect("volumes").iter();
    let claims = workload["spec"]["volumeClaimTemplates"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|claim| &claim["metadata"]);
    let name = |named: &Value| named["name"].as_str().expect("a name").to_owned();
    let names: BTreeSet<String> = volumes.chain(claims).map(name).collect();
    let mounts = container["volumeMounts"].as_array().expect("mounts");
    assert_eq!(mounts.iter().map(name).collect::<BTreeSet<_>>(), names, "each is mounted");
    let pause: u64 = container["lifecycle"]["preStop"]["exec"]["command"][1]
        .as_str()
        .and_then(|s| s.parse().ok())
        .expect("seconds");
    let grace = pod["terminationGracePeriodSeconds"].as_u64().expect("seconds");
    assert!(pause + xiaoer::server::DRAIN_DEADLINE.as_secs() + 10 <= grace, "{grace}");
    let tight = &container["securityContext"];
    assert_eq!(
        (&pod["securityContext"]["runAsNonRoot"], &tight["readOnlyRootFilesystem"]),
        (&json!(true), &json!(true))
    );
    assert!(
        container["resources"]["requests"]["memory"].is_string()
            && container["resources"]["limits"]["memory"].is_string()
    );
    assert_eq!(container["args"][0], "serve");
}

/// Reads the objects by Kubernetes's own tool, where it is.
fn kustomize(text: &str) {
    let folder = TempDir::new().expect("a folder can be made");
    fs::write(folder.path().join("xiaoer.yaml"), text).expect("it can be written");
    fs::write(folder.path().join("kustomization.yaml"), "resources: [xiaoer.yaml]\n")
        .expect("it can be written");
    // Its dry runs need a cluster to ask; this needs none. Without the tool, what is asserted above has to do.
    let Ok(output) = Command::new("kubectl").arg("kustomize").arg(folder.path()).output() else { return };
    assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn one_node_has_a_volume_and_no_twin() {
    let text = deploy(&["kubernetes", "--host", "shop.example"]);
    let objects = objects(&text);
    assert_eq!(objects.keys().collect::<Vec<_>>(), ["Ingress", "Service", "StatefulSet"]);
    let set = &objects["StatefulSet"]["spec"];
    assert_eq!((&set["replicas"], &set["serviceName"]), (&json!(1), &objects["Service"]["metadata"]["name"]));
    assert_pods_are_sound(&objects["StatefulSet"], &objects["Service"]);
    let container = &set["template"]["spec"]["containers"][0];
    assert_eq!(container["image"], format!("xiaoer:{}", env!("CARGO_PKG_VERSION")));
    let ingress = &objects["Ingress"];
    assert_eq!(ingress["spec"]["rules"][0]["host"], "shop.example");
    assert_eq!(
        ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"],
        json!({"name": "xiaoer", "port": {"name": "http"}})
    );
    let wait = &ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-read-timeout"];
    assert!(
        wait.as_str().and_then(|seconds| seconds.parse::<u64>().ok()).is_some_and(|seconds| 60 < seconds)
    );
    kustomize(&text);
}

#[test]
fn several_nodes_share_a_store_a_bus_and_a_secret() {
    let more = [
        "--database",
        DATABASE,
        "--bus",
        "nats://u:hunter2hunter2@bus:4222",
        "--replicas",
        "3",
        "--image",
        "reg.example/x:1",
    ];
    let text = deploy(&[&["kubernetes"][..], &more].concat());
    assert!(!text.contains("hunter2"), "{text}");
    let objects = objects(&text);
    assert_eq!(
        objects.keys().collect::<Vec<_>>(),
        ["Deployment", "PersistentVolumeClaim", "PodDisruptionBudget", "Service"]
    );
    let deployment = &objects["Deployment"]["spec"];
    assert_eq!(
        (&deployment["replicas"], &deployment["strategy"]["rollingUpdate"]["maxUnavailable"]),
        (&json!(3), &json!(0))
    );
    assert_pods_are_sound(&objects["Deployment"], &objects["Service"]);
    let budget = &objects["PodDisruptionBudget"]["spec"];
    assert_eq!((&budget["maxUnavailable"], &budget["selector"]), (&json!(1), &deployment["selector"]));
    let pod = &deployment["template"]["spec"];
    let claim = pod["volumes"]
        .as_array()
        .expect("volumes")
        .iter()
        .find(|volume| volume["name"] == "shared")
        .expect("shared");
    assert_eq!(
        claim["persistentVolumeClaim"]["claimName"],
        objects["PersistentVolumeClaim"]["metadata"]["name"]
    );
    assert_eq!(objects["PersistentVolumeClaim"]["spec"]["accessModes"], json!(["ReadWriteMany"]));
    let container = &pod["containers"][0];
    assert_eq!(container["image"], "reg.example/x:1");
    for name in ["XIAOER_DATABASE", "XIAOER_BUS"] {
        let variables = container["env"].as_array().expect("variables");
        let variable = variables.iter().find(|variable| variable["name"] == name).expect("it is set");
        assert_eq!(variable["valueFrom"]["secretKeyRef"], json!({"name": "xiaoer", "key": name}));
    }
    let arguments = container["args"].to_string();
    assert!(arguments.contains("/data/intents") && !arguments.contains("--database"), "{arguments}");
    kustomize(&text);
}

/// Names of metrics in an expression of PromQL, with the labels that it asks each for.
fn metrics_of(expression: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut labels = BTreeSet::new();
    let matcher = Regex::new(r#"([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)\s*"[^"]*""#).expect("a pattern");
    let braces = Regex::new(r"\{([^}]*)\}").expect("a pattern");
    let grouping =
        Regex::new(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)").expect("a pattern");
    // The dashboard's own variables have braces too.
    let expression = expression.replace("${job}", "job").replace("$__rate_interval", "5m");
    for found in braces.captures_iter(&expression) {
        labels.extend(matcher.captures_iter(&found[1]).map(|found| found[1].to_owned()));
    }
    for found in grouping.captures_iter(&expression) {
        labels.extend(found[1].split(',').map(|label| label.trim().to_owned()));
    }
    let plain = braces.replace_all(&expression, " ");
    let plain = grouping.replace_all(&plain, " ");
    let plain = Regex::new(r"\[[^\]]*\]").expect("a pattern").replace_all(&plain, " ");
    let word = Regex::new(r"[a-zA-Z_:][\w:]*\s*\(?").expect("a pattern");
    let operators = ["and", "or", "unless", "bool", "offset"];
    let names = word.find_iter(&plain).map(|found| found.as_str().trim());
    let names = names.filter(|name| !name.ends_with('(') && !operators.contains(name)).map(str::to_owned);
    (names.collect(), labels)
}

/// Every expression of a dashboard: those of panels, and those of rules in its text.
fn expressions(dashboard: &Value) -> Vec<String> {
    let panels = dashboard["panels"].as_array().expect("panels");
    let asked = panels.iter().flat_map(|panel| panel["targets"].as_array().into_iter().flatten());
    let mut found: Vec<String> =
        asked.map(|target| target["expr"].as_str().expect("an expression").to_owned()).collect();
    let text = panels[0]["options"]["content"].as_str().expect("a text");
    let blocks = Regex::new(r"(?s)```yaml\n(.*?)```").expect("a pattern");
    for block in blocks.captures_iter(text) {
        let block: Value = serde_saphyr::from_str(&block[1]).expect("a block is YAML");
        let rules = block["groups"]
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|group| group["rules"].as_array().into_iter().flatten());
        found.extend(rules.map(|rule| rule["expr"].as_str().expect("an expression").to_owned()));
    }
    found
}

#[tokio::test]
async fn a_dashboard_asks_for_nothing_that_the_server_does_not_tell() {
    let dashboard: Value =
        serde_json::from_str(&deploy(&["grafana", "--listen", "10.0.0.7:9000"])).expect("it is JSON");
    assert!(dashboard["panels"][0].to_string().contains("10.0.0.7:9000"), "where it is scraped");
    let panels = dashboard["panels"].as_array().expect("panels");
    let ids: BTreeSet<u64> = panels.iter().map(|panel| panel["id"].as_u64().expect("an id")).collect();
    assert_eq!(ids.len(), panels.len());

    let server = Process::start(&[], &[]).await;
    server.converse("想买一双红色的跑鞋送人").await;
    server.get("/desk").await;
    let page = server.get("/metrics").await.body;
    let mut told: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in page.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().expect("a line has a name");
        let labels = line.split(['{', ',']).filter_map(|part| part.split_once("=\"")).map(|(label, _)| label);
        told.entry(name).or_default().extend(labels);
    }
    let expressions = expressions(&dashboard);
    assert!(20 < expressions.len(), "{}", expressions.len());
    // What Prometheus adds to all that it scrapes.
    let added = BTreeSet::from(["job", "instance"]);
    for expression in &expressions {
        let (names, labels) = metrics_of(expression);
        assert!(!names.is_empty(), "{expression}");
        for name in &names {
            assert!(told.contains_key(name.as_str()), "{name} of `{expression}` is not in\n{page}");
        }
        for label in labels.iter().filter(|label| !added.contains(label.as_str())) {
            let has = |name: &String| told[name.as_str()].contains(label.as_str());
            assert!(names.iter().any(has), "{label} of `{expression}`");
        }
    }
    let known: BTreeSet<String> =
        expressions.iter().flat_map(|expression| metrics_of(expression).0).collect();
    for name in told.keys().filter(|name| name.starts_with("xiaoer_")) {
        let shown = ["", "_bucket", "_count", "_sum"].iter().any(|end| {
            let base =
                ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
            known.contains(&format!("{base}{end}"))
        });
        assert!(shown, "{name} is told and shown nowhere");
    }
}
