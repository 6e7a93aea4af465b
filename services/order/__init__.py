"""Service orders: from creation over lines, sign-off and posting to what others react to."""
