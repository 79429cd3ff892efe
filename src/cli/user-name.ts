import { userInfo } from "node:os";

/** Who asks, as it stands in records: a name without anything that could steer a terminal. */
export function userName(): string {
  try {
    return (
      userInfo()
        .username.replace(/[^\w .@-]/g, "-")
        .slice(0, 40) || "operator"
    );
  } catch {
    // A user id without a name, as in many containers.
    return "operator";
  }
}
