# The formula for Homebrew; `.ci/release index` fills in what stands between at signs.
class Imggen < Formula
  desc "Reads a project and writes its Dockerfile, with evidence for every decision"
  homepage "https://github.com/@REPOSITORY@"
  version "@VERSION@"
  license "MIT"

  on_macos do
    on_arm do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/imggen-@VERSION@-aarch64-apple-darwin.tar.gz"
      sha256 "@SHA256:aarch64-apple-darwin@"
    end
    on_intel do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/imggen-@VERSION@-x86_64-apple-darwin.tar.gz"
      sha256 "@SHA256:x86_64-apple-darwin@"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/imggen-@VERSION@-aarch64-unknown-linux-musl.tar.gz"
      sha256 "@SHA256:aarch64-unknown-linux-musl@"
    end
    on_intel do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/imggen-@VERSION@-x86_64-unknown-linux-musl.tar.gz"
      sha256 "@SHA256:x86_64-unknown-linux-musl@"
    end
  end

  def install
    bin.install "imggen"
    man1.install "imggen.1"
    bash_completion.install "completions/imggen.bash" => "imggen"
    zsh_completion.install "completions/imggen.zsh" => "_imggen"
    fish_completion.install "completions/imggen.fish"
  end

  test do
    (testpath/"go.mod").write("module example.com/hello\n\ngo 1.26\n")
    (testpath/"main.go").write("package main\n\nfunc main() {}\n")
    system bin/"imggen", "init", "--yes"
    assert_match "ENTRYPOINT", (testpath/"Dockerfile").read
  end
end
