//! Keys, logins and local state as they lie about in projects, planted into one.

use std::fs;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};

/// What stands in each of them.
pub const MARK: &str = "planted-and-not-to-be-found";

/// What must not be sent.
const NAMES: &str = "
    .env .env.local .env.production prod.env .envrc server.key server.pem tls/privkey.pem certs/client.p12 certs/site.pfx release.jks
    upload.keystore app.p8 putty.ppk vault.kdbx office.ovpn age.agekey id_rsa id_dsa id_ecdsa id_ed25519 id_rsa.pub .ssh/config
    .ssh/known_hosts .gnupg/secring.gpg .aws/credentials .aws/config .azure/accessTokens.json .gcloud/credentials.db .oci/config .kube/config
    kubeconfig prod.kubeconfig service-account.json service_account_prod.json serviceAccountKey.json shop-firebase-adminsdk-1.json
    credentials.json client_secret_1.json application_default_credentials.json gha-creds-1.json .boto .s3cfg rclone.conf .vault-token
    .vault_pass vault_pass.txt .terraformrc terraform.rc .terraform/x terraform.tfstate terraform.tfstate.backup prod.tfvars .pulumi/x
    .npmrc .pypirc .netrc _netrc pip.conf pip.ini .docker/config.json .dockercfg .dockerconfigjson auth.json settings-security.xml
    .git-credentials .gitconfig .pgpass .my.cnf .mylogin.cnf .htpasswd wp-config.php secrets.toml secrets.yml secrets.yaml secrets.json
    .streamlit/secrets.toml db.secret app.secrets .bash_history .psql_history app.db db.sqlite3 db.sqlite3-wal data.sqlite cache.rdb full.dump
    dump.sql backup.sql all.sql.gz old.bak debug.log app.pid java.hprof node_modules/x/index.js .venv/pyvenv.cfg venv/pyvenv.cfg myvenv/pyvenv.cfg
    myvenv/lib/x.py __pycache__/x.pyc .pytest_cache/x .mypy_cache/x .ruff_cache/x .tox/x .ipynb_checkpoints/x .coverage .nyc_output/x
    .eslintcache tsconfig.tsbuildinfo .idea/workspace.xml .vscode/settings.json shop.iml .main.swp .DS_Store Thumbs.db
";

/// What git ignores in the project, by its own lines, and Docker would send.
const IGNORED: &str = "customers.csv exports/all.json tmp/session private/notes.txt";

/// What the project's `.gitignore` says of some of them.
const RULES: &str = "customers.csv\nexports/\ntmp\nprivate/*\n**/private\nid_*\n.env*\n";

/// Plants all of them, at the root and below, and returns where.
pub fn plant(root: &Utf8Path) -> Result<Vec<Utf8PathBuf>> {
    let mut planted: Vec<Utf8PathBuf> = Vec::new();
    // beside a program in PHP, pages are no site
    let is_site = root.join("index.html").exists();
    for place in ["", "sub/deep"] {
        planted.extend(
            NAMES
                .split_whitespace()
                .chain(IGNORED.split_whitespace())
                .filter(|path| !is_site || !path.ends_with(".php"))
                .map(|path| Utf8Path::new(place).join(path)),
        );
    }
    for path in &planted {
        let path = root.join(path);
        fs::create_dir_all(path.parent().context("a directory")?)?;
        fs::write(path, format!("-----BEGIN PRIVATE KEY-----\n{MARK}\n"))?;
    }
    let own = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
    fs::write(root.join(".gitignore"), format!("{own}\n{RULES}"))?;
    Ok(planted)
}
