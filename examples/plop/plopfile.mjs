import { execFileSync } from "node:child_process";

export default function (plop) {
  plop.setActionType("imggen", (answers, config) => {
    execFileSync("imggen", ["init", "--yes", "--quiet", plop.renderString(config.directory, answers)], { stdio: "inherit" });
    return "Dockerfile written";
  });
  plop.setGenerator("service", {
    description: "a server and its image",
    prompts: [
      { type: "input", name: "name", message: "name", default: "shop" },
      { type: "input", name: "port", message: "port", default: "8080" },
    ],
    actions: [
      { type: "addMany", destination: "{{name}}", base: "template", templateFiles: "template/**", globOptions: { dot: true } },
      { type: "imggen", directory: "{{name}}" },
    ],
  });
}
