use super::*;

fn told(files: &[(&str, &str)], directory: &str) -> String {
    let tree = Tree::from_memory(files.iter().copied());
    let declared = read(&tree, directory.into());
    let mut told = Vec::new();
    for said in &declared.starts {
        let purpose = if said.purpose == Purpose::Development { "dev " } else { "" };
        let form = said.fact.value.start.form("{port}", |_| true);
        let name = &said.fact.value.process;
        let colon = if name.is_empty() { "" } else { ": " };
        told.push(format!("{purpose}{name}{colon}{} ({})", form.words.join(" "), said.fact.place()));
    }
    told.extend(declared.port().map(|port| format!("port {} ({})", port.value, port.place())));
    let list = |name: &str, list: &[Said<String>]| list.iter().map(|said| format!("{name} {}", said.fact.value)).collect::<Vec<_>>();
    told.extend(list("volume", &declared.volumes));
    told.extend(list("package", &declared.packages));
    told.extend(list("health", &declared.health));
    told.extend(declared.contradictions.iter().map(|fact| fact.value.clone()));
    told.join("; ")
}

#[test]
fn every_document_tells_how_the_program_starts() {
    for (file, text, expected) in [
        ("Procfile", "release: a\nweb: gunicorn x:y\nworker: b\n", "web: gunicorn x:y (Procfile:2); worker: b (Procfile:3)"),
        (
            "fly.toml",
            "[http_service]\ninternal_port = 8080\n[processes]\napp = \"bin/server\"\n[mounts]\ndestination = \"/data\"\n",
            "bin/server (fly.toml:4); port 8080 (fly.toml:2); volume /data",
        ),
        ("fly.toml", "[experimental]\ncmd = \"start.sh\"\nentrypoint = \"sh\"\n", "sh start.sh (fly.toml:3)"),
        (
            "render.yaml",
            "services:\n  - type: web\n    startCommand: node x.js\n    healthCheckPath: /up\n    envVars:\n      - key: PORT\n        value: 10000\n",
            "node x.js (render.yaml:3); port 10000 (render.yaml:6); health /up",
        ),
        ("railway.json", "{\"deploy\": {\"startCommand\": \"x --port $PORT\"}}", "x --port {port} (railway.json:1)"),
        ("app.yaml", "runtime: python312\nentrypoint: gunicorn -b :$PORT x:y\n", "gunicorn -b :{port} x:y (app.yaml:2)"),
        ("heroku.yml", "run:\n  web: x serve\n", "x serve (heroku.yml:2)"),
        ("nixpacks.toml", "[start]\ncmd = \"x\"\n[phases.setup]\naptPkgs = [\"...\", \"ffmpeg\"]\n", "x (nixpacks.toml:2); package ffmpeg"),
        (
            "Dockerfile",
            "FROM a AS build\nRUN apt-get update && apt-get install -y gcc\nFROM a\nRUN apt-get install -y --no-install-recommends ffmpeg vim \\\n    libpq5=1.2\nEXPOSE 9000\nENTRYPOINT [\"x\"]\nCMD [\"serve\"]\nHEALTHCHECK CMD curl -f http://localhost:9000/up || exit 1\n",
            "x serve (Dockerfile:7); port 9000 (Dockerfile:6); package ffmpeg; package libpq5; health /up",
        ),
        ("Dockerfile", "# imggen 0.1.0 go-distroless/1 sha256:0123456789abcdef text:0123456789abcdef\nFROM a\nCMD [\"x\"]\n", ""),
        (
            "compose.yaml",
            "services:\n  api:\n    build: .\n    command: x serve --port $${PORT}\n    ports: [\"80:8090\"]\n    volumes: [\"data:/var/data\"]\n  db:\n    image: postgres\n    command: y\n",
            "api: x serve --port {port} (compose.yaml:4); port 8090 (compose.yaml:5); volume /var/data",
        ),
        (
            "docker-compose.yml",
            "services:\n  api:\n    build: {context: .}\n    command: [x, dev]\n    volumes:\n      - .:/app\n",
            "dev api: x dev (docker-compose.yml:4); the mount `.:/app` of `api` hides what the image holds",
        ),
        ("Makefile", "run:\n\tgo run . serve\n", "go run . serve (Makefile:2)"),
        ("Makefile", "run:\n\tdocker run x\n", ""),
        ("deploy/x.service", "[Service]\nExecStart=/usr/local/bin/x serve --addr :80\n", "x serve --addr :80 (deploy/x.service:2)"),
        (
            "k8s/app.yaml",
            "kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: x\n          command: [x, serve]\n          ports: [{containerPort: 7000}]\n          livenessProbe: {httpGet: {path: /live}}\n",
            "x serve (k8s/app.yaml:7); port 7000 (k8s/app.yaml:8); health /live",
        ),
        ("Aptfile", "# sound\nlibsndfile1\nffmpeg\n", "package libsndfile1; package ffmpeg"),
    ] {
        assert_eq!(told(&[(file, text)], ""), expected, "{file}");
    }
}

#[test]
fn production_beats_development_and_the_order_decides_the_rest() {
    let compose = ("compose.yaml", "services:\n  web:\n    build: .\n    command: flask run --reload\n    volumes: [\".:/app\"]\n");
    let procfile = ("Procfile", "web: python manage.py runserver\n");
    let make = ("Makefile", "run:\n\tgunicorn x:y\n");
    assert_eq!(
        told(&[compose, procfile, make], ""),
        "gunicorn x:y (Makefile:2); dev web: python manage.py runserver (Procfile:1); dev web: flask run --reload (compose.yaml:4); the mount `.:/app` of `web` hides what the image holds"
    );
}

#[test]
fn a_document_above_counts_where_it_names_the_directory() {
    let compose = ("compose.yaml", "services:\n  api:\n    build: ./api\n    command: x\n  web:\n    build: ./web\n    command: y\n");
    let files = [compose, ("api/main.go", ""), ("web/x", "")];
    assert_eq!(told(&files, "api"), "api: x (compose.yaml:4)");
    assert_eq!(told(&files, ""), "");
}

#[test]
fn lines_that_build_are_found() {
    let tree = Tree::from_memory([
        ("Makefile", "TAGS := fts,netgo\nbuild:\n\tCGO_ENABLED=0 go build -tags $(TAGS) ./cmd/x\n"),
        (".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n      - run: |\n          go vet ./...\n          go build -tags json .\n"),
    ]);
    let found = builds(&tree, "".into(), "go");
    let told: Vec<_> = found.iter().map(|build| format!("{} ({})", build.command.text(), build.at.place())).collect();
    assert_eq!(
        told,
        [
            "go build -tags fts,netgo ./cmd/x (Makefile:3)",
            "go vet ./... (.github/workflows/ci.yml:5)",
            "go build -tags json . (.github/workflows/ci.yml:6)"
        ]
    );
}

#[test]
fn a_lock_file_is_no_document_that_is_too_large() {
    let lock = format!("packages:\n{}", "  testcontainers:\n    kind: x\n".repeat(10_000));
    let tree = Tree::from_memory([("pnpm-lock.yaml", lock.as_str())]);
    assert!(read(&tree, "".into()).starts.is_empty());
    assert_eq!(tree.passed_over(), None);
}
