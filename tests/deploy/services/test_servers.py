import amqp
import kombu
import MySQLdb
import pytest


@pytest.mark.parametrize("way", ["socket", "port"])
def test_mariadb_lets_its_user_in_and_make_databases(mariadb_server, way):
    reached = {"socket": {"unix_socket": str(mariadb_server.socket)}, "port": {"host": "127.0.0.1"}}[way]
    connection = MySQLdb.connect(
        **reached, port=mariadb_server.port, user="portal", password=mariadb_server.password
    )
    cursor = connection.cursor()
    cursor.execute(f"CREATE DATABASE made_by_{way}")
    cursor.execute(f"SHOW DATABASES LIKE 'made_by_{way}'")
    assert cursor.fetchall() == ((f"made_by_{way}",),)


def test_mariadb_refuses_a_wrong_password(mariadb_server):
    with pytest.raises(MySQLdb.OperationalError, match="Access denied"):
        MySQLdb.connect(host="127.0.0.1", port=mariadb_server.port, user="portal", password="wrong")


@pytest.mark.parametrize("broker", ["rabbitmq_server", "redis_server"])
@pytest.mark.real
def test_a_message_comes_back_from_the_broker(broker, request):
    url = request.getfixturevalue(broker).environment["PORTAL_BROKER"]
    with kombu.Connection(url) as connection, connection.SimpleQueue("echo") as queue:
        queue.put({"job": "5"})
        assert queue.get(timeout=5).payload == {"job": "5"}


@pytest.mark.parametrize("broker", ["rabbitmq_server", "redis_server"])
@pytest.mark.real
def test_the_broker_refuses_a_wrong_password(broker, request):
    url = request.getfixturevalue(broker).environment["PORTAL_BROKER"]
    secret = url.split("@")[0].rsplit(":", 1)[1]
    refusals = (kombu.exceptions.OperationalError, amqp.exceptions.AccessRefused)
    with kombu.Connection(url.replace(secret, "wrong")) as connection, pytest.raises(refusals):
        connection.SimpleQueue("echo")
