"""What is known about a photo's pixels before anybody looks at their colours."""

BACKGROUND, UNSURE, OBJECT = 0, 128, 255
