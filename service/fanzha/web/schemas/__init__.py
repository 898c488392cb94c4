"""The forms of answers, for the OpenAPI document; nothing is converted through them."""
