"""The one HTTP door: every byte to and from Azure, sign-in included, passes the policies in this package.

`session` is the socket side, `transport` bounds one exchange in time and size, `policies` guard and judge it,
`exchange` is the patience around it, `azure` asks the questions.
"""
