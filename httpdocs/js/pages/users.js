// Accounts: a list, a form to add one, forms to change and delete.
import { context, get, post } from "../api.js";
import { card, failure, h, plainTable, replace } from "../dom.js";
import { start } from "../shell.js";

const roles = [["administrator", "Administrator"], ["unprivileged", "User"]];

function field(name, label, attributes = {}) {
  const id = `user-${name}`;
  return [h("label", { for: id }, label), attributes.options
    ? h("select", { id, name }, attributes.options.map(([value, text]) => h("option", { value, selected: value === attributes.value }, text)))
    : h("input", { id, name, ...attributes })];
}

const fields = (form) => Object.fromEntries(new FormData(form));

// dialog shows a form; send gets its fields and throws what is wrong.
function dialog(title, content, action, send) {
  const wrong = h("div");
  const form = h("form", { class: "form", method: "dialog" }, h("h2", {}, title), wrong, content,
    h("p", {}, h("button", { class: "button primary", type: "submit" }, action), " ", h("button", { class: "button", type: "button", onclick: () => box.close() }, "Cancel")));
  const box = h("dialog", { class: "card", "aria-label": title, onclose: () => box.remove() }, form);
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    try {
      await send(fields(form));
      box.close();
    } catch (error) {
      replace(wrong, failure(error));
    }
  });
  document.body.append(box);
  box.showModal();
}

const password = (required) => [field("password", required ? "Password" : "New password (empty: unchanged)", { type: "password", minlength: 5, maxlength: 128, required, autocomplete: "new-password" }),
  field("confirm_password", "Password again", { type: "password", maxlength: 128, required, autocomplete: "new-password" })];

start(async (page) => {
  if (!context.admin) throw new Error("Only administrators see the accounts.");
  const list = h("div");
  const load = async () => {
    const users = await get("ntopng/users");
    replace(list, plainTable([{ title: "User" }, { title: "Name", wrap: true }, { title: "Role" }, { title: "Networks", wrap: true }, { title: "Actions" }],
      Object.entries(users).sort(([a], [b]) => a.localeCompare(b)).map(([name, u]) => [h("b", {}, name), u.full_name, Object.fromEntries(roles)[u.group] || u.group, u.allowed_nets,
        h("span", {}, h("button", { class: "button", type: "button", onclick: () => edit(name, u) }, "Change", h("span", { class: "sr" }, ` ${name}`)), " ",
          name !== "admin" && name !== context.user && h("button", { class: "button danger", type: "button", onclick: () => remove(name) }, "Delete", h("span", { class: "sr" }, ` ${name}`)))])));
  };
  const edit = (name, u) => dialog(`Change ${name}`, [
    field("full_name", "Full name", { value: u.full_name, maxlength: 64 }), field("user_role", "Role", { options: roles, value: u.group }),
    field("allowed_networks", "Networks that may be seen", { value: u.allowed_nets, required: true }), password(false)], "Change",
  async (f) => { await post("edit/ntopng/user", { username: name, ...f }); await load(); });
  const add = () => dialog("Add a user", [
    field("username", "User", { required: true, maxlength: 31, pattern: "[A-Za-z0-9][A-Za-z0-9_.@\\-]*", autocapitalize: "none" }), field("full_name", "Full name", { maxlength: 64 }),
    field("user_role", "Role", { options: roles, value: "unprivileged" }), field("allowed_networks", "Networks that may be seen", { value: "0.0.0.0/0,::/0", required: true }), password(true)], "Add",
  async (f) => { await post("add/ntopng/user", f); await load(); });
  const remove = (name) => dialog(`Delete ${name}?`, h("p", {}, "The account and its settings are deleted."), "Delete",
    async () => { await post("delete/ntopng/user", { username: name }); await load(); });

  replace(page, card("Accounts", h("div", {}, list, h("p", {}, h("button", { class: "button primary", type: "button", id: "add-user", onclick: add }, "Add a user")))));
  await load();
});
