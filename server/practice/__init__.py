"""The ear's practice: what people say to a shop, spoken by synthetic voices over noise, is learned by Whisper."""
