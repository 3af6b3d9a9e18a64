"""The first run: whoever holds the printed link makes the first administrator."""

from django import forms
from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from conversations import first_run
from conversations.models import User


class AdministratorForm(forms.Form):
    """What an administrator account needs."""

    username = forms.CharField(
        label=_("Username"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    email = forms.EmailField(
        label=_("Email"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_username(self) -> str:
        """The name, if nobody has it."""
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError(_("There is an account of this name already."))
        return username

    def clean(self) -> None:
        """Hold the password to the site's rules, which know the other fields."""
        password = self.cleaned_data.get("password")
        if password:
            person = User(
                username=self.cleaned_data.get("username", ""),
                email=self.cleaned_data.get("email", ""),
            )
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """The form, and after it the site, signed in. A used or wrong link is not found."""
    if not first_run.admits(token):
        raise Http404
    form = AdministratorForm(request.POST or None)
    if not form.is_valid():
        return render(
            request, "setup.html", {"form": form}, status=200 if not form.is_bound else 422
        )
    try:
        user = first_run.create_administrator(token, **form.cleaned_data)
    except first_run.AlreadySetUp as error:
        raise Http404 from error
    login(request, user)
    return redirect("/")
