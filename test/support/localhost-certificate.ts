/** A certificate for `localhost` that nobody trusts: for tests that need a server on HTTPS. */
export const localhostCertificate = `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUL1ASa99ratNYayrZ+76nFxZEegcwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjAyNDYzNloYDzIxMjYxMDI5
MDI0NjM2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATLgkWI6QB6t+jczFy2T3GTqQ98AkXfEjEqOG4dKFIQ459/otUYyVuS
qYesPIhSjzbdSlzU+5G+1WonA2YePf4To28wbTAdBgNVHQ4EFgQUm2HfHlav7yWu
YE9P+hZ0zgtichwwHwYDVR0jBBgwFoAUm2HfHlav7yWuYE9P+hZ0zgtichwwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAKkuWPrdM8CkquLocB9TKrAJqGadZTaIlrUP2dMCIYcjAiEA
03vmM9VP2atdxKSugEAKYIw5fpQMzTc9XikhBJDR5Iw=
-----END CERTIFICATE-----
`;

/** The key of that certificate, worth nothing elsewhere. */
export const localhostKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQggUSeqSp5VTMlOEem
s9bR+X/4PQF8PYvdscGOvyKcYMmhRANCAATLgkWI6QB6t+jczFy2T3GTqQ98AkXf
EjEqOG4dKFIQ459/otUYyVuSqYesPIhSjzbdSlzU+5G+1WonA2YePf4T
-----END PRIVATE KEY-----
`;
