package dev.lpar.agent.endpoint;

import java.util.List;
import java.util.Map;

/**
 * Who a token belongs to, as a TokenReview tells; a SubjectAccessReview is asked with all of it.
 *
 * @param uid empty if the user has none
 * @param extra what else the authenticator knows, such as the pod of a service account's token
 */
public record Caller(
    String name, String uid, List<String> groups, Map<String, List<String>> extra) {}
